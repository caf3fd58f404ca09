import type { Command } from '@oclif/core'
import { usableNames } from '../../app/catalogue/entries.js'
import type { MinerCatalogue } from '../../app/catalogue/miners.js'
import type { Scope } from '../../app/scope.js'
import { type HostSection, hostSections, minerSection } from '../../app/settings.js'
import { DIALECTS, MINERS } from '../../app/tokens.js'
import type { Layers, Lookup } from '../../config/look-up.js'
import type { MinerDefinition } from '../../plugin/miner.js'
import { chooseMiner } from '../choose-plugin.js'
import { lookUpFirst } from '../open-scope.js'
import { type Reader, sectionsOf, settingFlags } from './setting-flags.js'

type HelpOptions = {
  readonly scope: Scope
  /** where the miner is looked up; null: the flags of all miners */
  readonly chosenBy: Lookup | null
  /** is told why the miner cannot be chosen, so that the flags are those of the default miner */
  readonly onFailure: (error: unknown) => void
}

/**
 * Adds the flags of settings to the metadata of commands, for help and completion: a command's own flags come first,
 * then the host's, then the miner's, which are many, and last those of the log, of plugins and of limits.
 */
export async function addSettingFlags(
  commands: readonly (Command.Loadable & Reader)[],
  { scope, chosenBy, onFailure }: HelpOptions,
): Promise<void> {
  const miners = scope.resolve(MINERS)
  const definitions = chosenBy
    ? [
        await chooseMiner(miners, chosenBy).catch((error: unknown) => {
          onFailure(error)
          return chooseMiner(miners, lookUpFirst(noLayers))
        }),
      ]
    : await allOf(miners)
  const values = new Map([
    ['use', usableNames(miners)],
    ['dialect', usableNames(scope.resolve(DIALECTS))],
  ])
  // Each miner separately, because two may have a flag in common.
  const ofMiners = definitions.map(definition => settingFlags([minerSection(definition)]))

  for (const command of commands) {
    const { config, json, ...flags } = command.flags
    const sections = sectionsOf(command)
    const ofHost = settingFlags(sections.filter(one => !comesLast(one)))
    const last = settingFlags(sections.filter(comesLast))
    const global = { ...(config && { config }), ...(json && { json }) }
    for (const { descriptions, flags: added } of [ofHost, ...(command.usesMiner ? ofMiners : []), last]) {
      for (const { name, path, value, choices, isTruth } of descriptions) {
        const options = values.get(name) ?? choices
        const helpValue = value === 'url' ? [...options, 'URL'].join('|') : undefined
        const asText = options.length > 0 && { options, helpValue }
        const kind = isTruth ? { type: 'boolean', allowNo: true } : asText
        const hidden = added[name]!.hidden || !isUsed(command, path)
        flags[name] ??= { ...added[name], name, hidden, ...kind } as Command.Flag.Cached
      }
      if (added === ofHost.flags) Object.assign(flags, global)
    }
    command.flags = flags
  }
}

/** Returns whether a command does something with a setting of its sections. */
function isUsed({ fewOf }: Reader, path: string): boolean {
  const [section, key] = path.split('.')
  const used = fewOf?.[section as HostSection]
  return !used || used.includes(key!)
}

function comesLast({ name }: { readonly name: string }): boolean {
  const { log, plugins, limits } = hostSections
  return name === log.name || name === plugins.name || name === limits.name
}

/** When the miner cannot be chosen, help shows the flags of the default miner. */
const noLayers: Layers = { argv: [], env: {}, file: null }

/** Loads all miners, except those that fail: help still shows the flags of the others. */
async function allOf(miners: MinerCatalogue): Promise<readonly MinerDefinition[]> {
  const loaded = await Promise.allSettled([...miners.values()].map(({ load }) => load()))
  return loaded.filter(one => one.status === 'fulfilled').map(({ value }) => value)
}
