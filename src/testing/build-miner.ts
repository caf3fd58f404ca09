import { z } from 'zod'
import { checkMinerDefinition } from '../plugin/load/check-definition.js'
import type { Miner } from '../plugin/miner.js'
import { boundedFetch } from '../plugin/run/bounded-fetch.js'
import { type MinerPlugin, sdk } from '../plugin/sdk.js'

/** A miner that was made ready for a test. Disposing it closes what was built for it. */
export type BuiltMiner = AsyncDisposable & { readonly name: string; readonly miner: Miner }

/**
 * Builds a miner as the host does: settings through their schema and their rules, then `create`, then `ready`. One that
 * is there already only gets ready, and is left open in the end.
 *
 * @throws {TypeError} when the plugin is not what its type says, or the settings do not hold, with what is wrong
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
  const definition = plugin(sdk)
  const { name, settings } = definition
  const [fault] = checkMinerDefinition(definition, name)
  if (fault !== undefined) throw new TypeError(`the plugin is no miner: ${fault}`)
  const read = settings.strict().safeParse(config)
  if (!read.success) throw new TypeError(`settings of ${name}: ${z.prettifyError(read.error)}`)
  const [broken] = definition.rules?.(read.data) ?? []
  if (broken) throw new TypeError(`settings of ${name}: ${broken.setting} ${broken.message}`)
  const miner = await definition.create({ config: read.data, log: silent, signal, fetch: boundedFetch(signal) })
  return { name, miner }
}

const silent = { debug() {}, info() {}, warn() {}, error() {} }
