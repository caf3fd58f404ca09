import { withTimeout } from '../../async/timeout.js'
import type { DialectDefinition } from '../dialect.js'
import type { MinerDefinition } from '../miner.js'
import type { DialectPlugin, MinerPlugin, PluginKind, Sdk } from '../sdk.js'
import { checkDialectDefinition, checkMinerDefinition } from './check-definition.js'
import { guardMiner } from './guard-miner.js'
import { isPluginName } from './manifest.js'
import { brokenPlugin, thrownText } from './plugin-error.js'

/** How long a plugin may take to return its definition. */
const MAX_MS = 10_000

/**
 * Runs a miner's plugin that a program passes as a value, and checks the definition that it returns.
 *
 * @throws {PluginError} PLUGIN_BROKEN
 */
export async function loadGivenMiner(plugin: MinerPlugin, sdk: Sdk): Promise<MinerDefinition> {
  const definition = (await load('miner', { plugin, sdk, check: checkMinerDefinition })) as MinerDefinition
  return guardMiner(definition, { kind: 'miner', name: definition.name, from: null })
}

/** Does the same for a dialect. */
export async function loadGivenDialect(plugin: DialectPlugin, sdk: Sdk): Promise<DialectDefinition> {
  return (await load('dialect', { plugin, sdk, check: checkDialectDefinition })) as DialectDefinition
}

type Given = {
  readonly plugin: (sdk: Sdk) => unknown
  readonly sdk: Sdk
  readonly check: (definition: unknown, name: string) => readonly string[]
}

async function load(kind: PluginKind, { plugin, sdk, check }: Given): Promise<unknown> {
  const running = (async () => plugin(sdk))()
  const definition = await withTimeout(running, MAX_MS).catch((thrown: unknown) => {
    throw brokenPlugin({ kind, name: '', from: null }, `cannot be loaded: ${thrownText(thrown)}`, thrown)
  })
  const name = nameOf(definition)
  const source = { kind, name, from: null }
  if (!isPluginName(name))
    throw brokenPlugin(source, 'has a name that is not made of lower-case letters, digits and single dashes')
  const [problem] = check(definition, name)
  if (problem !== undefined) throw brokenPlugin(source, `is not a valid ${kind}: ${problem}`)
  return definition
}

function nameOf(definition: unknown): string {
  const { name } = (definition ?? {}) as { readonly name?: unknown }
  return typeof name === 'string' ? name : ''
}
