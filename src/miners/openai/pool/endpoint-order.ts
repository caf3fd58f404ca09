import type { Question } from '../../../plugin/miner.js'
import { NoAnswer } from '../../../plugin/no-answer.js'
import { requiredFeatures } from '../request/features.js'
import type { ModelEndpoint } from '../settings/endpoints.js'

/**
 * The order in which endpoints are tried for one question: as they are configured, but neighbours that have a weight
 * drawn by it, so that each is the first as often as its share says.
 *
 * @param random from 0 to below 1
 */
export function weightedOrder(endpoints: readonly ModelEndpoint[], random: () => number): ModelEndpoint[] {
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

/**
 * The endpoints that can be asked this: a completions API takes nothing but words.
 *
 * @throws {NoAnswer} `MODEL_UNSUPPORTED` when there is none
 */
export function capableEndpoints(
  endpoints: readonly ModelEndpoint[],
  question: Question,
  how: { readonly isRelay: boolean },
): readonly ModelEndpoint[] {
  const [want] = requiredFeatures(question, how)
  const able = want ? endpoints.filter(({ config }) => config.api === 'chat') : endpoints
  if (able.length > 0) return able
  throw new NoAnswer('unsupported', `the completions API ${want!.lack}`, {
    code: 'MODEL_UNSUPPORTED',
    hint: 'set --api chat, or have an endpoint answer that has it',
  })
}
