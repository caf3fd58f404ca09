import type { ModelEndpoint } from '../settings/target.js'

/**
 * The order in which endpoints are tried for one question: as they are configured, but neighbours that have a weight
 * drawn by it, so that each is the first as often as its share says.
 *
 * @param random from 0 to below 1
 */
export function drawOrder(endpoints: readonly ModelEndpoint[], random: () => number): ModelEndpoint[] {
  let group = 0
  return endpoints
    .map((endpoint, at) => {
      const { weight } = endpoint
      if (weight === null || endpoints[at - 1]?.weight == null) group += 1
      // The first of exponential clocks to ring is each of them by its share of all rates.
      return { endpoint, group, rings: weight === null ? 0 : -Math.log(1 - random()) / weight }
    })
    .sort((a, b) => a.group - b.group || a.rings - b.rings)
    .map(({ endpoint }) => endpoint)
}
