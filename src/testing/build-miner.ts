import { readConfig, type SettingProblem } from '../app/config-problems.js'
import { guardMiner } from '../plugin/load/guard-miner.js'
import type { Log } from '../plugin/log.js'
import type { Miner } from '../plugin/miner.js'
import { methodsOf } from '../plugin/miner-methods.js'
import { boundedFetch } from '../plugin/run/bounded-fetch.js'
import { checkMiner } from '../plugin/run/check-miner.js'
import { listModels } from '../plugin/run/list-models.js'
import type { MinerPlugin } from '../plugin/sdk.js'
import { definitionOf } from './definition-of.js'

/** A miner that is ready for a test. Disposing it closes a miner that `buildMiner` created. */
export type BuiltMiner = AsyncDisposable & {
  readonly name: string
  readonly miner: Miner
  /** what the plugin has logged so far, oldest first */
  readonly records: readonly LogRecord[]
}

/** A call of a plugin's `log`. */
export type LogRecord = {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly fields: object
  readonly message?: string
}

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
  const records: LogRecord[] = []
  const context = { signal: ending.signal, log: recordingLog(records) }
  const { name, miner } =
    typeof of === 'function' ? await create(of, config, context) : { name: 'miner', miner: existing(of) }
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
  return { name, miner, records, [Symbol.asyncDispose]: end }
}

async function create(plugin: MinerPlugin, config: object, { signal, log }: { signal: AbortSignal; log: Log }) {
  const definition = await definitionOf(plugin)
  const { name } = definition
  const read = readConfig(definition, config)
  if ('problems' in read) throw new TypeError(read.problems.map(problemLine).join('\n'))
  const context = { config: read.config, section: name, log, signal, fetch: boundedFetch(signal) }
  const miner = await definition.create(context)
  const create = () => miner
  const guarded = await guardMiner({ ...definition, create }, { kind: 'miner', name, from: null }).create(context)
  return { name, miner: asHostReads(guarded, miner) }
}

/** Returns a miner that a caller in JavaScript may have confused with something else. */
function existing(miner: Miner): Miner {
  if (typeof miner?.prompt === 'function') return miner
  const isModule = typeof Object(miner).default === 'function'
  const hint = isModule ? ": pass the default export of the module, (await import('…')).default" : ''
  throw new TypeError(`miner must be a plugin, or a miner, which has a function prompt${hint}`)
}

function problemLine({ message, hint }: SettingProblem): string {
  return hint === undefined ? message : `${message} (try: ${hint})`
}

function recordingLog(records: LogRecord[]): Log {
  const at = (level: LogRecord['level']) => (fields: object, message?: string) =>
    void records.push({ level, fields, ...(message !== undefined && { message }) })
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
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
