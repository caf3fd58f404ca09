import type { FlagDescription } from '../../config/describe/flags.js'
import { parseBoolean } from '../../config/values/convert.js'

/** The part of a flag's description that tells whether it is boolean. */
export type TruthFlag = Pick<FlagDescription, 'name' | 'aliases' | 'letter' | 'isTruth'>

/**
 * Rewrites each boolean flag as oclif's parser takes it, with its value after an equals sign: `--x` becomes `--x=true`,
 * `--no-x` becomes `--x=false`, and `--x off` becomes `--x=off`. Its letter counts as its name.
 */
export function expandBooleanFlags(argv: readonly string[], descriptions: readonly TruthFlag[]): string[] {
  const booleans = new Set(descriptions.filter(({ isTruth }) => isTruth).flatMap(one => [one.name, ...one.aliases]))
  const truths = descriptions.filter(({ isTruth, letter }) => isTruth && letter)
  const letters = new Map(truths.map(({ letter, name }) => [`-${letter}`, `--${name}`]))
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length
  const expanded: string[] = []
  for (let at = 0; at < argv.length; at++) {
    const word = letters.get(argv[at]!) ?? argv[at]!
    const [, no, name = ''] = /^--(no-)?(.+)$/s.exec(word) ?? []
    const next = argv[at + 1]
    if (at >= end || !booleans.has(name)) expanded.push(argv[at]!)
    else if (no !== undefined) expanded.push(`--${name}=false`)
    else if (next === undefined || parseBoolean(next) === undefined) expanded.push(`${word}=true`)
    else {
      expanded.push(`${word}=${next}`)
      at++
    }
  }
  return expanded
}
