// Loaded before the program by `node --import`: places go in the order of arrival, without shares, weights and early refusals.
// The baseline of what these cost.
import { FirstWords } from '../dist/axon/state/first-words.js'
import { Scheduler } from '../dist/axon/state/scheduler.js'
import { Weights } from '../dist/axon/state/weights.js'

/** As `--concurrency` in queue.js. */
const PLACES = 2
const waiting = new Set()
let working = 0

Scheduler.prototype.place = async signal => {
  if (working === PLACES) await turn(signal)
  else working++
  let isHeld = true
  return {
    [Symbol.dispose]: () => {
      if (isHeld) leave()
      isHeld = false
    },
  }
}
Weights.prototype.ofStake = () => 1
Object.defineProperty(Weights.prototype, 'median', { get: () => 1 })
FirstWords.prototype.add = () => {}
FirstWords.prototype.requireTime = () => {}

function turn(signal) {
  return new Promise((resolve, reject) => {
    const enter = () => {
      signal.removeEventListener('abort', give)
      resolve()
    }
    const give = () => {
      waiting.delete(enter)
      reject(signal.reason)
    }
    waiting.add(enter)
    signal.addEventListener('abort', give, { once: true })
  })
}

/** Hands the place to the first in line. */
function leave() {
  const [next] = waiting
  if (!next) return void working--
  waiting.delete(next)
  next()
}
