import type { Completed, CompletedCommand } from './completed-commands.js'
import { posixLookups } from './posix-lookups.js'

/** Writes the completion of a program for zsh, as a file of `fpath`. Texts are literals of arrays that nothing expands. */
export function zshCompletion(bin: string, commands: readonly CompletedCommand[]): string {
  // As `_describe` reads them: the name ends at the first colon, and a backslash quotes.
  const word = ({ name, text }: Completed) => `${name}:${text.replaceAll('\\', '\\\\')}`
  const lookups = posixLookups({ bin, commands, array: 'found', word })
  return `#compdef ${bin}
# The completion of ${bin} for zsh, written by \`${bin} autocomplete\`.

${lookups}

_${bin}() {
  local -a found
  local command= word flag
  integer i next=2

  # The command is made of the first words that name one.
  for ((i = 2; i < CURRENT; i++)); do
    word="\${(Q)words[i]}"
    if [[ "$word" == -* ]]; then break; fi
    word="\${command:+$command }\${word//:/ }"
    if ! { _${bin}_commands "$word" || _${bin}_flags "$word" }; then break; fi
    command="$word"
    next=$((i + 1))
  done

  if [[ "$PREFIX" == --*=* ]]; then
    flag="\${PREFIX%%=*}"
    IPREFIX+="$flag="
    PREFIX="\${PREFIX#*=}"
    if _${bin}_values "$command" "$flag"; then compadd -a found; else _files; fi
  elif _${bin}_values "$command" "\${(Q)words[CURRENT - 1]}"; then
    compadd -a found
  elif [[ "$PREFIX" == -* ]] && _${bin}_flags "$command"; then
    _describe -o flag found
  elif ((next == CURRENT)) && _${bin}_commands "$command"; then
    _describe command found
  else
    _files
  fi
}

_${bin} "$@"
`
}
