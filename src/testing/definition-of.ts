import { givenDialect, givenMiner } from '../app/catalogue/given.js'
import { sdkOf } from '../app/sdk.js'
import type { DialectDefinition } from '../plugin/dialect.js'
import type { MinerDefinition } from '../plugin/miner.js'
import type { Sdk } from '../plugin/sdk.js'

/**
 * Runs a plugin by hand, and returns its definition, to call its `rules`, `models` and `create`, or to parse with its
 * `settings`. Checks it as the host does.
 *
 * @param plugin a miner's or a dialect's; declared with `satisfies MinerPlugin` it keeps the types of its settings
 * @throws {TypeError} when the host would refuse the definition, with the reason
 * @throws whatever the plugin throws
 */
export async function definitionOf<Definition extends { readonly name: string }>(
  plugin: (sdk: Sdk) => Definition | Promise<Definition>,
): Promise<Definition> {
  const sdk = sdkOf()
  const definition = await plugin(sdk)
  const isDialect = 'synapses' in Object(definition)
  try {
    if (isDialect) await givenDialect(() => definition as unknown as DialectDefinition, sdk)
    else await givenMiner(() => definition as unknown as MinerDefinition, sdk)
  } catch (error) {
    throw new TypeError((error as Error).message, { cause: error })
  }
  return definition
}
