import type { Command } from '@oclif/core'

type Completed = Pick<Command.Loadable, 'id' | 'aliases' | 'flags' | 'hidden'>

/**
 * Generates bash code that completes what the script of @oclif/plugin-autocomplete does not: the values of a flag, flags
 * after any word, and file names. It is appended to that script, and leaves the rest to it.
 *
 * @param bin the program that is completed
 */
export function bashCompletion(bin: string, commands: readonly Completed[]): string {
  const open = commands
    .filter(({ hidden }) => !hidden)
    .map(({ id, aliases, flags }) => {
      return { ids: [id, ...aliases], flags: Object.entries(flags).filter(([, { hidden }]) => !hidden) }
    })
  const flagCases = open.map(({ ids, flags }) => {
    const names = flags.flatMap(([name, flag]) => ('allowNo' in flag && flag.allowNo ? [name, `no-${name}`] : [name]))
    return `    ${ids.map(quoted).join(' | ')}) echo ${quoted(names.map(name => `--${name}`).join(' '))} ;;`
  })
  const values = new Map(
    open
      .flatMap(({ flags }) => flags)
      .flatMap(([name, flag]) => ('options' in flag && flag.options ? [[name, flag.options] as const] : [])),
  )
  const valueCases = [...values].map(([name, options]) => `    --${name}) echo ${quoted(options.join(' '))} ;;`)
  return `
# The flags of a command.
_${bin}_flags() {
  case "$1" in
${flagCases.join('\n')}
    *) return 1 ;;
  esac
}

# The values that a flag of any command takes.
_${bin}_values() {
  case "$1" in
${valueCases.join('\n')}
    *) return 1 ;;
  esac
}

_${bin}_complete() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD - 1]}" words IFS=$' \\t\\n'
  # Bash splits --flag=value at the equals sign.
  if [[ "$prev" == "=" ]]; then prev="\${COMP_WORDS[COMP_CWORD - 2]}"; fi
  if [[ "$cur" == "=" ]]; then cur=""; fi
  if words=$(_${bin}_values "$prev"); then
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
  elif [[ "$cur" == -* ]] && words=$(_${bin}_flags "\${COMP_WORDS[1]}:\${COMP_WORDS[2]}" || _${bin}_flags "\${COMP_WORDS[1]}"); then
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
  elif [[ "$prev" != -* ]]; then
    _${bin}_autocomplete
  fi
}

complete -o default -F _${bin}_complete ${bin}
`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
