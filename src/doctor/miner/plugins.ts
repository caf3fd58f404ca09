import type { Declared } from '../../plugin/load/discover.js'
import { type Finding, findingsBy } from '../check.js'

/** The version of the contract that this program has, and the oldest that it still accepts. */
type Contract = { readonly version: number; readonly oldest: number }

/** Checks the miners and dialects of installed plugins: whether they can be used, and for which contract they are written. */
export function checkPlugins(
  declared: readonly Declared[],
  { contract, inUse }: { readonly contract: Contract; readonly inUse: readonly Declared[] },
): readonly Finding[] {
  const { ok, warning, fault } = findingsBy('package.json of the installed plugins (miner plugins)')
  if (declared.length === 0) return [ok('none are installed')]
  const found = declared.flatMap(one => {
    const { kind, name, from, noContract, problem } = one
    const called = `the ${name === '' ? kind : `${kind} ${name}`} of ${from.package}@${from.version}`
    const bad = inUse.includes(one) ? fault : warning
    // The operator knows what plugins.allow leaves out.
    if (problem?.code === 'PLUGIN_UNUSABLE') return [bad('PLUGIN_BAD', `${called} ${problem.message}`, problem.hint)]
    if (!noContract || problem) return []
    const hint = `add "contract": ${contract.version} to "oclif" of its package.json, or miner plugins:update`
    return [
      warning('PLUGIN_NO_CONTRACT', `${called} does not say for which contract it is written; 1 is assumed`, hint),
    ]
  })
  if (found.length > 0) return found
  const names = [...new Set(declared.map(({ from }) => `${from.package}@${from.version}`))].join(', ')
  return [ok(`${names}; this program has contract ${contract.version}, and accepts ${contract.oldest} and later`)]
}
