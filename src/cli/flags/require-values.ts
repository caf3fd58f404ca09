import type { Interfaces } from '@oclif/core'
import { endOfFlags } from '../../config/layers/argv.js'
import { UsageError } from '../errors/usage-error.js'

/**
 * Refuses a flag whose value would be the next flag, as `--model --stream`: oclif takes any word. A value that begins so goes
 * behind an equals sign; a negative number and a text such as `- x` do not look like flags.
 *
 * @throws {UsageError} VALUE_MISSING
 */
export function requireValues(argv: readonly string[], known: Interfaces.FlagInput): void {
  const options = Object.entries(known).filter(([, { type }]) => type === 'option')
  const names = options.flatMap(([name, { aliases = [], char }]) => [
    ...[name, ...aliases].map(one => `--${one}`),
    ...(char ? [`-${char}`] : []),
  ])
  const takesValue = new Set(names)
  const words = argv.slice(0, endOfFlags(argv))
  const flag = words.find((word, at) => takesValue.has(word) && /^-[-a-z]/i.test(argv[at + 1] ?? ''))
  if (flag === undefined) return
  throw new UsageError('VALUE_MISSING', `${flag} needs a value`, `${flag}=VALUE, also where it begins with a dash`)
}
