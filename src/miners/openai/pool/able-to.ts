import type { Question } from '../../../plugin/miner.js'
import { NoAnswer } from '../../../plugin/no-answer.js'
import { wantsOf } from '../request/features.js'
import type { ModelEndpoint } from '../settings/target.js'

/**
 * The endpoints that can be asked this: a completions API takes nothing but words.
 *
 * @throws {NoAnswer} `MODEL_UNSUPPORTED` when there is none
 */
export function ableTo(
  endpoints: readonly ModelEndpoint[],
  question: Question,
  how: { readonly isRelay: boolean },
): readonly ModelEndpoint[] {
  const [want] = wantsOf(question, how)
  const able = want ? endpoints.filter(({ config }) => config.api === 'chat') : endpoints
  if (able.length > 0) return able
  throw new NoAnswer('unsupported', `the completions API ${want!.lack}`, {
    code: 'MODEL_UNSUPPORTED',
    hint: 'set --api chat, or have an endpoint answer that has it',
  })
}
