import { shellQuoted } from '../../text/shell-word.js'
import type { Completed, CompletedCommand } from './completed-commands.js'

type Lookups = {
  /** the name of the program */
  readonly bin: string
  readonly commands: readonly CompletedCommand[]
  /** the array that each function sets */
  readonly array: string
  /** how the shell takes a name and the text about it */
  readonly word: (completed: Completed) => string
}

/**
 * Writes the functions with which bash and zsh look up the commands, the flags and the values that may come next. Texts are
 * literals of arrays that nothing expands.
 */
export function posixLookups({ bin, commands, array, word }: Lookups): string {
  const cases = (rows: readonly (readonly [pattern: string, words: readonly string[]])[]) =>
    rows
      .map(([pattern, words]) => `    ${shellQuoted(pattern)}) ${array}=(${words.map(shellQuoted).join(' ')}) ;;`)
      .join('\n')
  const of = (kind: 'commands' | 'flags') =>
    commands.filter(one => one[kind].length > 0).map(one => [one.id, one[kind].map(word)] as const)
  const values = commands.flatMap(({ id, values }) =>
    [...values].map(([flag, list]) => [`${id} ${flag}`, list] as const),
  )
  return `# Each of these three sets \`${array}\`, or returns 1.
_${bin}_commands() {
  case "$1" in
${cases(of('commands'))}
    *) return 1 ;;
  esac
}

_${bin}_flags() {
  case "$1" in
${cases(of('flags'))}
    *) return 1 ;;
  esac
}

_${bin}_values() {
  case "$1 $2" in
${cases(values)}
    *) return 1 ;;
  esac
}`
}
