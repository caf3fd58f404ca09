import { NoAnswer } from '../../../plugin/no-answer.js'
import type { Upstream } from './upstream.js'

/**
 * A model that cannot do what one question wants of it, and may answer others well.
 *
 * @param lack what it does not do, after its name: `takes no tools`
 * @param words its own, if it said any
 */
export function unsupported({ name, model }: Upstream, lack: string, words = ''): NoAnswer {
  return new NoAnswer('unsupported', `${model} at ${name} ${lack}${words && `: ${words}`}`, {
    code: 'MODEL_UNSUPPORTED',
    hint: 'what was asked wants it; have another model or endpoint answer',
  })
}
