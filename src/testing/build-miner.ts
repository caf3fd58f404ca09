import { z } from 'zod'
import { guardMiner } from '../plugin/load/guard-miner.js'
import { silentLog } from '../plugin/log.js'
import type { Miner } from '../plugin/miner.js'
import { methodsOf } from '../plugin/miner-methods.js'
import { boundedFetch } from '../plugin/run/bounded-fetch.js'
import { checkMiner } from '../plugin/run/check-miner.js'
import { listModels } from '../plugin/run/list-models.js'
import type { MinerPlugin } from '../plugin/sdk.js'
import { definitionOf } from './definition-of.js'

/** A miner that is ready for a test. Disposing it closes a miner that `buildMiner` created. */
export type BuiltMiner = AsyncDisposable & { readonly name: string; readonly miner: Miner }

/**
 * Builds a miner as the host does: checks the settings by schema and rules, then calls `create`, then `ready`. What its
 * `check`, `models`, `capabilities` and `health` return is checked as the host checks it. For an existing miner it only
 * calls `ready`, and never closes it.
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
  const definition = await definitionOf(plugin)
  const { name, settings } = definition
  const parsed = settings.strict().safeParse(config)
  if (!parsed.success) throw new TypeError(`settings of ${name}: ${z.prettifyError(parsed.error)}`)
  const [broken] = definition.rules?.(parsed.data, name) ?? []
  if (broken) throw new TypeError(`settings of ${name}: ${broken.setting} ${broken.message}`)
  const context = { config: parsed.data, section: name, log: silentLog, signal, fetch: boundedFetch(signal) }
  const miner = await definition.create(context)
  const create = () => miner
  const guarded = await guardMiner({ ...definition, create }, { kind: 'miner', name, from: null }).create(context)
  return { name, miner: asHostReads(guarded, miner) }
}

/** Returns the guarded miner with its own errors of `ready` and `close`, and its results as `miner check` reads them. */
function asHostReads(guarded: Miner, miner: Miner): Miner {
  const { ready, close, check, models } = methodsOf(miner)
  const { ready: _ready, close: _close, ...others } = guarded
  return {
    ...others,
    ...(ready && { ready }),
    ...(close && { close }),
    ...(check && { check: (signal, how) => checkMiner(guarded, signal, how) }),
    ...(models && { models: async signal => (await listModels(guarded, signal)) ?? [] }),
  }
}
