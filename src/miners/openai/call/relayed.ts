import type { Outcome, Relayed } from '../../../plugin/miner.js'

/**
 * A stream of bytes and what it comes to, as soon as its first bytes are there: until then there may be no answer.
 *
 * @throws what the speech throws before its first bytes
 */
export async function relayed(speech: AsyncGenerator<Uint8Array, Outcome>, signal: AbortSignal): Promise<Relayed> {
  const first = await speech.next()
  const { promise: outcome, resolve, reject } = Promise.withResolvers<Outcome>()
  outcome.catch(() => {}) // for whoever wants to hear it
  // Nobody may read on by then.
  const leave = () => reject(signal.reason)
  signal.addEventListener('abort', leave, { once: true })

  async function* body(): AsyncGenerator<Uint8Array, void> {
    try {
      for (let step = first; ; step = await speech.next()) {
        if (step.done) return resolve(step.value)
        yield step.value
      }
    } catch (error) {
      reject(error)
      throw error
    } finally {
      reject(new Error('the stream was not read to its end'))
      signal.removeEventListener('abort', leave)
      speech.return(nobody).catch(() => {})
    }
  }
  return { body: body(), outcome }
}

// What a generator is told to return when it is told to stop.
const nobody: Outcome = { model: '', finishReason: '' }
