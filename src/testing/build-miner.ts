import { z } from 'zod'
import { sdkOf } from '../app/sdk.js'
import { checkSettings } from '../app/settings.js'
import { checkMinerDefinition } from '../plugin/load/check-definition.js'
import type { Miner, MinerDefinition } from '../plugin/miner.js'
import { boundedFetch } from '../plugin/run/bounded-fetch.js'
import type { MinerPlugin } from '../plugin/sdk.js'

/** A miner that is ready for a test. Disposing it closes a miner that `buildMiner` created. */
export type BuiltMiner = AsyncDisposable & { readonly name: string; readonly miner: Miner }

/**
 * Builds a miner as the host does: checks the settings by schema and rules, then calls `create`, then `ready`. For an
 * existing miner it only calls `ready`, and never closes it.
 *
 * @throws {TypeError} when the plugin is invalid or the settings are, with the reason
 * @throws whatever the plugin throws
 */
export async function buildMiner(of: MinerPlugin | Miner, config: object = {}): Promise<BuiltMiner> {
  const ending = new AbortController()
  const { name, miner } =
    typeof of === 'function' ? await create(of, config, ending.signal) : { name: 'miner', miner: of }
  const end = async () => {
    ending.abort()
    if (miner !== of) await miner.close?.()
  }
  try {
    await miner.ready?.()
  } catch (error) {
    await end()
    throw error
  }
  return { name, miner, [Symbol.asyncDispose]: end }
}

async function create(plugin: MinerPlugin, config: object, signal: AbortSignal) {
  const definition = await plugin(sdkOf())
  const { name, settings } = definition
  const [fault] = checkMinerDefinition(definition, name)
  if (fault !== undefined) throw new TypeError(`the plugin is not a valid miner: ${fault}`)
  checkHostReads(definition)
  const parsed = settings.strict().safeParse(config)
  if (!parsed.success) throw new TypeError(`settings of ${name}: ${z.prettifyError(parsed.error)}`)
  const [broken] = definition.rules?.(parsed.data, name) ?? []
  if (broken) throw new TypeError(`settings of ${name}: ${broken.setting} ${broken.message}`)
  const context = { config: parsed.data, section: name, log: silent, signal, fetch: boundedFetch(signal) }
  return { name, miner: await definition.create(context) }
}

function checkHostReads(definition: MinerDefinition): void {
  try {
    checkSettings(definition)
  } catch (error) {
    throw new TypeError(`the plugin has invalid settings: ${(error as Error).message}`, { cause: error })
  }
}

const silent = { debug() {}, info() {}, warn() {}, error() {} }
