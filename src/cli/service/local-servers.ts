import { hostSections } from '../../app/settings.js'
import { isOnLoopback, resolveNetwork } from '../../chain/networks.js'
import { type Configuration, valueAt, valuesOf } from '../../config/configuration.js'
import { mapLeaves } from '../../config/schema/map-leaves.js'
import type { LocalServer } from '../../service/service.js'

/** Returns the servers of this machine that the settings name: models, nodes of the chain, and the store. */
export function localServers(configuration: Configuration): readonly LocalServer[] {
  const servers: LocalServer[] = []
  const add = (path: string, text: string) => {
    if (URL.canParse(text) && (isOnLoopback(text) || isWildcard(text))) servers.push({ path, host: new URL(text).host })
  }
  for (const setting of configuration.settings) {
    if (setting.section === hostSections.subtensor.name) continue
    mapLeaves(setting.shape, valueAt(configuration, setting), setting.path, (leaf, text, at) => {
      if (leaf.kind === 'text' && leaf.url && typeof text === 'string') add(at, text)
      return text
    })
  }
  const { network, endpoints } = valuesOf(configuration, hostSections.subtensor)
  if (network === 'none') return servers
  const path = endpoints.length > 0 ? 'subtensor.endpoints' : 'subtensor.network'
  for (const endpoint of resolveNetwork(network, endpoints).endpoints) add(path, endpoint)
  return servers
}

/** An address that means this machine when it is asked, too. */
function isWildcard(url: string): boolean {
  return ['0.0.0.0', '[::]'].includes(new URL(url).hostname)
}
