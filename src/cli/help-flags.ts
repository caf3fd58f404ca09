import type { Command } from '@oclif/core'
import { openScope } from '../app/container.js'
import { DIALECTS, MINERS } from '../app/tokens.js'
import { chooseMiner, minerSection } from './choose-miner.js'
import type { Layers } from './peek.js'
import { type Reader, sectionsOf } from './sections-of.js'
import { settingFlags } from './setting-flags.js'

/** Help is shown beside a mistake, too: then it is that of the default miner. */
const nothingSaid: Layers = { argv: [], env: {}, file: null }

/**
 * Adds the flags of settings to the metadata of commands, for help and completion: behind a command's own those of the
 * miner, then the host's.
 *
 * @param options `everyMiner`: those of all miners, not of the chosen one
 */
export async function addSettingFlags(
  commands: readonly (Command.Loadable & Reader)[],
  { everyMiner, ...layers }: Layers & { readonly everyMiner: boolean },
): Promise<void> {
  await using scope = openScope()
  const miners = scope.resolve(MINERS)
  const definitions = everyMiner
    ? await Promise.all([...miners.values()].map(({ load }) => load()))
    : [await chooseMiner(miners, layers).catch(() => chooseMiner(miners, nothingSaid))]
  const values = new Map([
    ['use', [...miners.keys()]],
    ['dialect', [...scope.resolve(DIALECTS).keys()]],
  ])
  // Each by itself, because two miners may have a flag in common.
  const ofMiners = definitions.map(definition => settingFlags([minerSection(definition)]))

  for (const command of commands) {
    const { config, json, ...flags } = command.flags
    const ofHost = settingFlags(sectionsOf(command))
    for (const { descriptions, flags: added } of [...(command.usesMiner ? ofMiners : []), ofHost]) {
      for (const { name, choices, isTruth } of descriptions) {
        const options = values.get(name) ?? choices
        const asText = options.length > 0 && { options, helpValue: undefined }
        const kind = isTruth ? { type: 'boolean', allowNo: true } : asText
        flags[name] ??= { ...added[name], name, ...kind } as Command.Flag.Cached
      }
    }
    command.flags = { ...flags, ...(config && { config }), ...(json && { json }) }
  }
}
