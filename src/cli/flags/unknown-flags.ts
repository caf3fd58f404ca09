import type { MinerCatalogue } from '../../app/catalogue/miners.js'
import { minerSection } from '../../app/settings.js'
import type { FlagDescription } from '../../config/describe/flags.js'
import type { Problem } from '../../config/problem.js'
import type { MinerDefinition } from '../../plugin/miner.js'
import { closest } from '../../text/closest.js'
import { settingFlags } from './setting-flags.js'

type Known = {
  /** without dashes */
  readonly known: readonly string[]
  readonly miners: MinerCatalogue
  /** null when the command uses no miner */
  readonly chosen: MinerDefinition | null
}

/** Returns a problem for each flag that the command does not have, without the text after `=`: it may be a secret. */
export async function unknownFlags(typed: readonly string[], { known, miners, chosen }: Known): Promise<Problem[]> {
  if (typed.length === 0) return []
  const owners = chosen ? await flagOwners(miners, chosen) : new Map<string, string>()
  return typed.map((typedWord): Problem => {
    const word = typedWord.startsWith(HIDING) ? typedWord.slice(HIDING.length) : typedWord
    const [, dashes, name] = /^(--?)([a-zA-Z][\w.-]*)(?:=|$)/s.exec(word) ?? []
    if (name === undefined) return dashedValue
    const owner = owners.get(dashes === '-' ? `-${name[0]}` : name)
    if (owner)
      return {
        code: 'UNKNOWN_FLAG',
        message: `${dashes}${dashes === '-' ? name[0] : name} is a flag of the miner ${owner}, which is not in use`,
        hint: `add --use ${owner}`,
      }
    const like = name.length > 1 ? (closest(name, known) ?? onlyEnding(`-${name}`, known)) : undefined
    return {
      code: 'UNKNOWN_FLAG',
      message: `there is no flag ${dashes}${name}`,
      hint: like ? `--${like}` : 'add --help to see those there are',
    }
  })
}

/**
 * Rewrites a long flag with one dash, `-model`, so that oclif does not know it: it would take the first letter for a flag,
 * and the rest for its value, the model `odel`.
 *
 * @param known long flags, without dashes
 */
export function hideSingleDashed(
  argv: readonly string[],
  { known, descriptions }: { readonly known: readonly string[]; readonly descriptions: readonly FlagDescription[] },
): string[] {
  const names = new Set([...known, ...descriptions.flatMap(({ aliases }) => aliases)])
  const letters = new Set(descriptions.map(({ letter }) => letter))
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length
  return argv.map((word, at) => {
    const [, name, letter] = /^-((\w)[\w.-]+)(?:=|$)/s.exec(word) ?? []
    const isHidden = at < end && letters.has(letter) && name !== undefined && names.has(name)
    return isHidden ? `${HIDING}${word}` : word
  })
}

/** An argument of a process has no NUL. */
const HIDING = '--\0'

/** Returns the flag that ends so, if there is exactly one: `axon-port` for `-port`. */
function onlyEnding(end: string, known: readonly string[]): string | undefined {
  const [found, ...more] = known.filter(name => name.endsWith(end))
  return more.length === 0 ? found : undefined
}

const dashedValue: Problem = {
  code: 'UNKNOWN_FLAG',
  message: 'a value that starts with a dash looks like a flag',
  hint: 'write it with an equals sign: --messages="- like this"',
}

/** Maps each flag of the miners that are not in use to its miner. */
async function flagOwners(miners: MinerCatalogue, chosen: MinerDefinition): Promise<Map<string, string>> {
  const owners = new Map<string, string>()
  for (const entry of miners.values()) {
    if (entry.name === chosen.name) continue
    // A miner that cannot be loaded has no flags.
    const miner = await entry.load().catch(() => null)
    const { descriptions } = settingFlags(miner ? [minerSection(miner)] : [])
    for (const { name, aliases, letter } of descriptions)
      for (const flag of [name, ...aliases, ...(letter ? [`-${letter}`] : [])]) owners.set(flag, entry.name)
  }
  return owners
}
