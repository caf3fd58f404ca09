import type { MinerCatalogue } from '../../app/catalogue/miners.js'
import { minerSection } from '../../app/settings.js'
import type { FlagDescription } from '../../config/describe/flags.js'
import { typedValue } from '../../config/layers/argv.js'
import type { Problem } from '../../config/problem.js'
import type { MinerDefinition } from '../../plugin/miner.js'
import { closest } from '../../text/closest.js'
import { settingFlags } from './setting-flags.js'

type Known = {
  /** the whole command line */
  readonly argv: readonly string[]
  /** the flags that there are, without dashes, and whether each takes several values */
  readonly known: Readonly<Record<string, { readonly multiple?: boolean; readonly hidden?: boolean }>>
  readonly miners: MinerCatalogue
  /** null when the command uses no miner */
  readonly chosen: MinerDefinition | null
}

/** Returns a problem for each flag that the command does not have, without the text after `=`: it may be a secret. */
export async function unknownFlags(
  typed: readonly string[],
  { argv, known, miners, chosen }: Known,
): Promise<Problem[]> {
  if (typed.length === 0) return []
  const owners = chosen ? await flagOwners(miners, chosen) : new Map<string, string>()
  const shown = Object.keys(known).filter(flag => !known[flag]!.hidden)
  return typed.map((typedWord): Problem => {
    const word = typedWord.startsWith(HIDING) ? typedWord.slice(HIDING.length) : typedWord
    const [, dashes, name] = /^(--?)([a-zA-Z][\w.-]*)(?:=|$)/s.exec(word) ?? []
    if (name === undefined) return dashedValue(word, argv, known)
    if (name === 'json') return noDocument
    const owner = owners.get(dashes === '-' ? `-${name[0]}` : name)
    if (owner)
      return {
        code: 'UNKNOWN_FLAG',
        message: `${dashes}${dashes === '-' ? name[0] : name} is a flag of the miner ${owner}, which is not in use`,
        hint: `add --use ${owner}`,
      }
    // Names of the Python miner have dots, and help hides them.
    const address = 'url' in known ? localAddress(name, argv) : undefined
    const like = address ? [address] : suggestions(name, name.includes('.') ? Object.keys(known) : shown)
    return {
      code: 'UNKNOWN_FLAG',
      message: `there is no flag ${dashes}${name}`,
      hint: like.length > 0 ? like.map(flag => `--${flag}`).join(' or ') : 'add --help to see those there are',
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

/** Returns the address of an axon of this machine, for a command that asks it at an address, and has no flag for the port. */
function localAddress(name: string, argv: readonly string[]): string | undefined {
  if (!/^(?:axon[-._])?port$/.test(name)) return undefined
  const typed = typedValue(argv, name) ?? ''
  return /^\d{1,5}$/.test(typed) ? `url http://127.0.0.1:${typed}` : 'url http://127.0.0.1:PORT'
}

/** What other programs call a flag. */
const meanings: ReadonlyMap<string, string> = new Map([
  ['api-base', 'base-url'],
  ['blacklist', 'deny'],
  ['debug', 'log-level debug'],
  ['endpoint', 'base-url'],
  ['file', 'config'],
  ['miner', 'use'],
  ['quiet', 'log-level error'],
  ['silent', 'log-level silent'],
  ['whitelist', 'allow'],
])

/** Returns the flags that may be meant: of the same meaning, with these words in its name, or with almost the same letters. */
function suggestions(name: string, known: readonly string[]): readonly string[] {
  if (name.length < 2) return []
  const meant = meanings.get(name)
  if (meant && known.includes(meant.split(' ', 1)[0]!)) return [meant]
  const misspelt = closest(name, known)
  const longer = name.length < 3 ? [] : known.filter(flag => `-${flag}-`.includes(`-${name}-`))
  const begun = name.length < 3 ? [] : known.filter(flag => flag.startsWith(name))
  for (const some of [longer, begun]) if (some.length > 0 && some.length <= MOST_SUGGESTIONS) return some
  return misspelt === undefined ? [] : [misspelt]
}

/** More than these would not help. */
const MOST_SUGGESTIONS = 4

const noDocument: Problem = {
  code: 'UNKNOWN_FLAG',
  message: 'serve does not take --json: it writes a log',
  hint: 'read its log, which is one JSON object a line where standard error is no terminal: 2> miner.log',
}

/** A value of a list goes behind an equals sign, any other word behind `--`. */
function dashedValue(word: string, argv: readonly string[], known: Known['known']): Problem {
  const flag = argv.slice(0, argv.indexOf(word)).findLast(other => other.startsWith('--')) ?? ''
  const isValue = known[flag.slice(2)]?.multiple
  return {
    code: 'UNKNOWN_FLAG',
    message: 'a value that starts with a dash looks like a flag',
    hint: isValue
      ? `write it with an equals sign: ${flag}="- like this"`
      : 'put it at the end, after --: -- "- like this"',
  }
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
