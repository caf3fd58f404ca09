import { endpointName } from '../../chain/connect/endpoint-name.js'

/** Returns the name of a network as messages and logs may show it; a URL, in which there may be a key, in short. */
export function networkName(network: string): string {
  return URL.canParse(network) ? endpointName(network) : network
}
