import { NoAnswer } from '../../plugin/no-answer.js'
import type { Upstream } from './upstream.js'

/** @param how what is wrong with the reply, after "answered" */
export function unreadable({ host }: Upstream, how: string): NoAnswer {
  return new NoAnswer('upstream', `${host} answered ${how}, which is no chat completion`, {
    code: 'MODEL_UNREADABLE',
    hint: 'check --base-url: it names an OpenAI-compatible API and usually ends in /v1',
  })
}
