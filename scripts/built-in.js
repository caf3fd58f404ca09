// Derives what is known of the settings that come with the program before any start: their flags, for help, and what zod knows
// of them.
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * @param folder what tsc wrote
 * @returns by the path of a module that exports null in what tsc wrote: what it exports in the bundle
 */
export async function builtInModules(folder) {
  const load = path => import(pathToFileURL(resolve(folder, path)).href)
  const { describeBuiltInFlags } = await load('cli/flags/describe-help-flags.js')
  const { hostSections } = await load('app/settings.js')
  const { openScope } = await load('app/container.js')
  const { MINERS } = await load('app/tokens.js')
  const { factsOf } = await load('config/schema/facts.js')
  const scope = openScope()
  const miners = await Promise.all([...scope.resolve(MINERS).values()].map(one => one.load()))
  await scope.close()
  const host = Object.entries(hostSections).map(([name, section]) => [name, factsOf(section)])
  const ofMiners = miners.map(one => [one.name, factsOf(one)])
  return {
    'app/catalogue/built-in-facts.js': {
      builtInFacts: { host: Object.fromEntries(host), miners: Object.fromEntries(ofMiners) },
    },
    'cli/flags/known-flags.js': { knownFlags: await describeBuiltInFlags() },
  }
}
