import { hostSections } from '../../app/settings.js'
import { resolveNetwork } from '../../chain/networks.js'
import { valueAt, valuesOf } from '../../config/configuration.js'
import { mapLeaves } from '../../config/schema/map-leaves.js'
import type { DoctorContext } from '../doctor/doctor-context.js'

/** Asked for the time; more would only take longer. */
const MOST = 8

/**
 * Returns the servers that the settings name, each once, as URLs of HTTP: endpoints of models, of the chain, and of services
 * that tell this machine its address. Without user, password, path and query.
 */
export function configuredUrls({
  configuration,
  hasChain,
  isLocal,
}: Pick<DoctorContext, 'configuration' | 'hasChain' | 'isLocal'>): readonly URL[] {
  const { network, endpoints } = valuesOf(configuration, hostSections.subtensor)
  const { addressServices, announce } = valuesOf(configuration, hostSections.neuron)
  const named: string[] = []
  for (const setting of configuration.settings) {
    if (Object.values(hostSections).some(({ name }) => name === setting.section)) continue
    mapLeaves(setting.shape, valueAt(configuration, setting), setting.path, (leaf, text) => {
      if (leaf.kind === 'text' && leaf.url && typeof text === 'string') named.push(text)
      return text
    })
  }
  const ofChain = hasChain ? resolveNetwork(network, endpoints).endpoints : []
  // A chain of this machine has neurons of this machine, which need no public address.
  const services = hasChain && !isLocal && announce ? addressServices : []
  const origins = [...named, ...ofChain, ...services].flatMap(text => {
    const url = URL.parse(text.replace(/^ws/, 'http'))
    return url && /^https?:$/.test(url.protocol) ? [url.origin] : []
  })
  return [...new Set(origins)].slice(0, MOST).map(origin => new URL(origin))
}
