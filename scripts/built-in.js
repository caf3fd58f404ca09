// Writes what is known of built-in settings before a start, so that the program need not derive it each time: their flags,
// for help, and what zod knows of them.
import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

/** @param folder what tsc wrote */
export async function writeBuiltIn(folder) {
  const load = path => import(pathToFileURL(`${folder}/${path}`).href)
  const { describeBuiltInFlags } = await load('cli/flags/describe-help-flags.js')
  const { builtInFacts } = await load('app/catalogue/settings-facts.js')
  const { openScope } = await load('app/container.js')
  const { MINERS } = await load('app/tokens.js')
  await using scope = openScope()
  const miners = await Promise.all([...scope.resolve(MINERS).values()].map(one => one.load()))
  writeFileSync(`${folder}/cli/flags/built-in-flags.json`, JSON.stringify(await describeBuiltInFlags()))
  writeFileSync(`${folder}/app/catalogue/settings-facts.json`, JSON.stringify(builtInFacts(miners)))
}
