import type { Command } from '@oclif/core'
import { usableNames } from '../../app/catalogue/entries.js'
import type { MinerCatalogue } from '../../app/catalogue/miners.js'
import { openScope } from '../../app/container.js'
import type { Scope } from '../../app/scope.js'
import { type HostSection, hostSections, minerSection } from '../../app/settings.js'
import { DIALECTS, MINERS } from '../../app/tokens.js'
import type { Layers, Lookup } from '../../config/look-up.js'
import type { Section } from '../../config/schema/section.js'
import type { MinerDefinition } from '../../plugin/miner.js'
import { chooseMiner, settingOfUse } from '../choose-plugin.js'
import { lookUpFirst } from '../open-scope.js'
import type { HelpFlag, HelpFlags } from './help-flags.js'
import type { BuiltInFlags } from './known-flags.js'
import { settingFlags } from './setting-flags.js'

type DescribeOptions = {
  /** where the miner is looked up; null: the flags of all miners */
  readonly chosenBy: Lookup | null
  /** is told why the miner cannot be chosen, so that the flags are those of the default miner */
  readonly onFailure: (error: unknown) => void
}

/** Describes the flags of the host's settings and of the miner's, among them those of plugins. */
export async function describeHelpFlags(scope: Scope, { chosenBy, onFailure }: DescribeOptions): Promise<HelpFlags> {
  const miners = scope.resolve(MINERS)
  const definitions = chosenBy
    ? [
        await chooseMiner(miners, chosenBy).catch((error: unknown) => {
          onFailure(error)
          return chooseMiner(miners, lookUpFirst(noLayers))
        }),
      ]
    : await allOf(miners)
  return { host: hostFlags(scope), miners: definitions.map(one => flagsOf(minerSection(one))) }
}

/** Describes what help needs when no plugin is installed and nothing is configured; the build calls it. */
export async function describeBuiltInFlags(): Promise<BuiltInFlags> {
  await using scope = openScope()
  const { default: miner, flag, dottedFlags, variables, spellings } = settingOfUse()
  const miners = await allOf(scope.resolve(MINERS))
  return {
    host: hostFlags(scope),
    miners: Object.fromEntries(miners.map(one => [one.name, flagsOf(minerSection(one))])),
    use: {
      default: String(miner),
      flag: String(flag),
      otherFlags: [...dottedFlags, ...spellings.flatMap(one => one.flag ?? [])],
      variables: [...variables, ...spellings.flatMap(one => one.env ?? [])],
    },
  }
}

function hostFlags(scope: Scope): HelpFlags['host'] {
  const choices = new Map([
    ['use', usableNames(scope.resolve(MINERS))],
    ['dialect', usableNames(scope.resolve(DIALECTS))],
  ])
  const described = Object.entries(hostSections).map(([name, section]) => [name, flagsOf(section, choices)])
  return Object.fromEntries(described) as Record<HostSection, readonly HelpFlag[]>
}

function flagsOf(section: Section, known: ReadonlyMap<string, readonly string[]> = new Map()): readonly HelpFlag[] {
  const { descriptions, flags } = settingFlags([section])
  return descriptions.map(({ name, path, value, choices, isTruth }) => {
    const options = known.get(name) ?? choices
    const helpValue = value === 'url' ? [...options, 'URL'].join('|') : undefined
    const asText = options.length > 0 && { options, helpValue }
    const kind = isTruth ? { type: 'boolean', allowNo: true } : asText
    return { path, flag: { ...flags[name], name, ...kind } as Command.Flag.Cached }
  })
}

/** When the miner cannot be chosen, help shows the flags of the default miner. */
const noLayers: Layers = { argv: [], env: {}, file: null }

/** Loads all miners, except those that fail: help still shows the flags of the others. */
async function allOf(miners: MinerCatalogue): Promise<readonly MinerDefinition[]> {
  const loaded = await Promise.allSettled([...miners.values()].map(({ load }) => load()))
  return loaded.filter(one => one.status === 'fulfilled').map(({ value }) => value)
}
