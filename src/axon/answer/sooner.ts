import { follow, over } from '../../async/follow.js'
import type { Asked } from '../../plugin/miner.js'
import { NoAnswer } from '../../plugin/no-answer.js'

/**
 * The same asking, with a deadline of its own when that comes first: `late` then. To be disposed when it is over: a miner
 * that goes on, because its answer was cut, is told.
 */
export function sooner(
  asked: Asked,
  until: number | undefined,
  now: () => number,
): Disposable & { readonly asked: Asked } {
  if (until === undefined || until >= asked.deadline) return { asked, [Symbol.dispose]() {} }
  const late = follow(asked.signal)
  const reason = () =>
    new NoAnswer('late', 'there was no answer in the time that the dialect gave', { code: 'ASK_LATE' })
  const timer = setTimeout(() => late.abort(reason()), Math.max(0, until - now()))
  return {
    asked: { ...asked, deadline: until, signal: late.signal },
    [Symbol.dispose]() {
      clearTimeout(timer)
      late[Symbol.dispose]()
      late.abort(over)
    },
  }
}
