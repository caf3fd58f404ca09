import type { Declared } from '../../plugin/load/discover.js'
import { lockedIntegrity } from '../../plugin/load/integrity.js'
import { problemError } from '../../plugin/load/plugin-error.js'
import type { Log } from '../../plugin/log.js'

/** Logs which plugins are in use, with version and integrity, so that the operator can compare. */
export async function logPlugins(inUse: readonly Declared[], log: Log): Promise<void> {
  for (const { kind, name, from } of inUse) {
    const { package: brings, version, root, type } = from
    const integrity = await lockedIntegrity(from)
    const path = type === 'link' && { path: root }
    log.info({ event: 'plugin', kind, name, package: brings, version, ...(integrity && { integrity }), ...path })
  }
}

/** Warns of plugins that cannot be used. */
export function warnOfUnusable(declared: readonly Declared[], log: Log): void {
  for (const one of declared) {
    // A plugin that the operator does not allow needs no warning.
    if (one.problem?.code !== 'PLUGIN_UNUSABLE') continue
    const { kind, name, from } = one
    const { message, hint } = problemError(one)
    log.warn({ event: 'pluginUnusable', kind, name, package: from.package, version: from.version, message, hint })
  }
}

/** Warns of plugins in use that declare no version of the contract. */
export function warnOfNoContract(inUse: readonly Declared[], log: Log): void {
  for (const { kind, name, from, noContract } of inUse) {
    if (!noContract) continue
    const message = `the ${kind} ${name} does not say which version of the plugin contract it is written for; 1 is assumed`
    log.warn({ event: 'pluginContract', kind, name, package: from.package, version: from.version, message })
  }
}
