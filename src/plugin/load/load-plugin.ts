import { pathToFileURL } from 'node:url'
import { withTimeout } from '../../async/timeout.js'
import type { DialectDefinition } from '../dialect.js'
import type { MinerDefinition } from '../miner.js'
import type { Sdk } from '../sdk.js'
import { checkDialectDefinition, checkMinerDefinition } from './check-definition.js'
import type { Declared } from './discover.js'
import { guardMiner } from './guard-miner.js'
import { brokenPlugin, lastLoaded, problemError, thrownText } from './plugin-error.js'
import { syntaxPlace } from './syntax-place.js'

/** How long a module may take to load, top-level awaits included. */
const MAX_MS = 10_000

/**
 * Runs the module of a miner, and checks the definition that it returns.
 *
 * @throws {PluginError} PLUGIN_UNUSABLE · PLUGIN_NOT_ALLOWED · PLUGIN_BROKEN
 */
export async function loadMiner(declared: Declared, sdk: Sdk, maxMs = MAX_MS): Promise<MinerDefinition> {
  return guardMiner((await load(declared, { sdk, check: checkMinerDefinition, maxMs })) as MinerDefinition, declared)
}

/** Does the same for a dialect. */
export async function loadDialect(declared: Declared, sdk: Sdk, maxMs = MAX_MS): Promise<DialectDefinition> {
  return (await load(declared, { sdk, check: checkDialectDefinition, maxMs })) as DialectDefinition
}

type How = {
  readonly sdk: Sdk
  readonly check: (definition: unknown, name: string) => readonly string[]
  readonly maxMs: number
}

async function load(declared: Declared, { sdk, check, maxMs }: How): Promise<unknown> {
  const { kind, name, file } = declared
  if (file === null || declared.problem) throw problemError(declared)
  lastLoaded.from = declared.from
  const definition = await withTimeout(run(file, sdk), maxMs).catch(async (thrown: unknown) => {
    const place = thrown instanceof SyntaxError ? await syntaxPlace(thrown, file) : undefined
    const where = place === undefined ? '' : ` (${place})`
    throw brokenPlugin(declared, `cannot be loaded: ${thrownText(thrown)}${where}`, thrown)
  })
  const [problem] = check(definition, name)
  if (problem !== undefined) throw brokenPlugin(declared, `is not a valid ${kind}: ${problem}`)
  return definition
}

async function run(file: string, sdk: Sdk): Promise<unknown> {
  const plugin = defaultOf(await import(pathToFileURL(file).href))
  if (typeof plugin !== 'function') throw new TypeError('the default export of its module is not a function')
  return (plugin as (sdk: Sdk) => unknown)(sdk)
}

/** Finds the default export, which CommonJS compiled from TypeScript has one level deeper. */
function defaultOf(module: { readonly default?: unknown }): unknown {
  const { default: plugin } = module
  return typeof plugin === 'object' && plugin !== null && 'default' in plugin ? plugin.default : plugin
}
