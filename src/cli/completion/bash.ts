import type { CompletedCommand } from './completed-commands.js'
import { posixLookups } from './posix-lookups.js'

/**
 * Writes the completion of a program for bash, from version 3.2 on, which macOS has. Texts are literals of arrays that
 * nothing expands: `compgen -W` would run `$(…)` in them.
 */
export function bashCompletion(bin: string, commands: readonly CompletedCommand[]): string {
  const lookups = posixLookups({ bin, commands, array: 'words', word: ({ name }) => name })
  return `# The completion of ${bin} for bash, written by \`${bin} autocomplete\`.

${lookups}

_${bin}_complete() {
  local words=() typed=() line="$COMP_LINE" word command='' start='' value head cur quote='' text escaped
  local single="'" double='"' i last next=1
  COMPREPLY=()

  # Bash cuts the line at = and : too. Joins the pieces that no blank separates.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if ((i == 0)) || [[ -z "$line" || "$line" == [[:space:]]* ]]; then
      typed+=("$word")
    else
      typed[\${#typed[@]} - 1]+="$word"
    fi
    line="\${line#"\${line%%[![:space:]]*}"}"
    line="\${line#"$word"}"
  done
  last=$((\${#typed[@]} - 1))

  # The command is made of the first words that name one.
  for ((i = 1; i < last; i++)); do
    word="\${command:+$command }\${typed[i]//:/ }"
    if [[ "\${typed[i]}" == -* ]] || ! { _${bin}_commands "$word" || _${bin}_flags "$word"; }; then break; fi
    command="$word"
    next=$((i + 1))
  done

  words=()
  value="\${typed[last]}"
  if [[ "$value" == --*=* ]]; then
    start="\${value%%=*}="
    value="\${value#*=}"
    _${bin}_values "$command" "\${start%=}"
  elif _${bin}_values "$command" "\${typed[last - 1]}"; then
    :
  elif [[ "$value" == -* ]]; then
    _${bin}_flags "$command"
  elif ((next == last)); then
    if [[ "$value" == *:* ]]; then
      start="\${value%:*}:"
      value="\${value##*:}"
      text="\${start%:}"
      command="\${command:+$command }\${text//:/ }"
    fi
    _${bin}_commands "$command"
  fi

  # Bash replaces only the last piece of the word.
  cur="\${COMP_WORDS[COMP_CWORD]}"
  if [[ "$cur" == = || "$cur" == : ]]; then cur=''; fi
  head="\${typed[last]%"$cur"}"
  if [[ "$value" == "$single"* || "$value" == "$double"* ]]; then
    quote="\${value:0:1}"
    value="\${value:1}"
  fi
  for ((i = 0; i < \${#words[@]}; i++)); do
    text="\${words[i]}"
    printf -v escaped %q "$text"
    if [[ "$text" != "$value"* && "$escaped" != "$value"* ]]; then continue; fi
    if [[ "$quote" == "$single" ]]; then
      escaped="\${text//$single/$single\\\\$single$single}"
    elif [[ "$quote" == "$double" ]]; then
      escaped="$text"
      for word in '\\\\' '"' '$' '\`'; do escaped="\${escaped//"$word"/\\\\$word}"; done
    fi
    escaped="$start$escaped"
    COMPREPLY+=("\${escaped#"$head"}")
  done
  return 0
}

complete -o default -F _${bin}_complete ${bin}
`
}
