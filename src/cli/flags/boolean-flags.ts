import type { FlagDescription } from '../../config/describe/flags.js'
import { parseBoolean } from '../../config/values/convert.js'

/**
 * The words of a command line with each flag of a truth as the parser takes it, with its value behind an equals sign:
 * `--x` means `--x=true`, `--no-x` means `--x=false`, and `--x off` may be said in two words.
 */
export function expandBooleanFlags(argv: readonly string[], descriptions: readonly FlagDescription[]): string[] {
  const truths = new Set(descriptions.filter(({ isTruth }) => isTruth).flatMap(one => [one.name, ...one.aliases]))
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length
  const spelled: string[] = []
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!
    const [, no, name = ''] = /^--(no-)?(.+)$/s.exec(word) ?? []
    const next = argv[at + 1]
    if (at >= end || !truths.has(name)) spelled.push(word)
    else if (no !== undefined) spelled.push(`--${name}=false`)
    else if (next === undefined || parseBoolean(next) === undefined) spelled.push(`${word}=true`)
    else {
      spelled.push(`${word}=${next}`)
      at++
    }
  }
  return spelled
}
