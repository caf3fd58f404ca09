import { setTimeout as sleep } from 'node:timers/promises'
import { bytesOf, send } from '../../support/signed-request.ts'
import { realSockets } from '../real-sockets.ts'
import { type Attacker, closed, connection, questionOf, withstand } from './attack.ts'
import { BAD, MANY } from './callers.ts'
import type { Victim } from './victim.ts'

const places = { concurrency: 8, queue: 32 }
const busy = (victim: Victim) => victim.until(({ places }) => places.atWork >= 8)
const full = (victim: Victim) => victim.until(({ places }) => places.waiting >= 32)

/** Asks again as soon as it is answered; waits a little when it is refused. */
const greedy =
  (by = BAD): Attacker =>
  async ({ url }, _, signal) => {
    const { status } = await send(url, questionOf(by), { signal })
    if (status !== 200) await sleep(50, undefined, { signal })
  }

describe('places that are held', () => {
  realSockets()

  it('by 100 questions in flight at a slow model, of one caller that may ask', () =>
    withstand({
      victim: { ...places, modelMs: 500 },
      attackers: 100,
      attacker: greedy(),
      begun: busy,
      grows: 150,
      questions: 10,
    }))

  it('by a queue that one caller keeps full', () =>
    withstand({
      victim: { ...places, modelMs: 200 },
      attackers: 200,
      attacker: greedy(),
      begun: full,
      grows: 150,
      questions: 10,
    }))

  it('by 20 keys that share the queue with the good caller', () =>
    withstand({
      victim: { ...places, modelMs: 200 },
      attackers: 100,
      attacker: (victim, at, signal) => greedy(MANY[at % 20])(victim, at, signal),
      begun: full,
      grows: 150,
      questions: 5,
    }))

  it('by streams that are not read', () =>
    withstand({
      victim: { ...places, streamed: 200, limits: { writeMs: 2_000 } },
      attackers: 60,
      attacker: async (victim, _, signal) => {
        const socket = await connection(victim, signal)
        socket.pause()
        socket.write(bytesOf(questionOf(BAD, { synapse: 'StreamPrompting', hashed: ['messages'] })))
        await closed(socket)
      },
      begun: busy,
      grows: 200,
      questions: 10,
    }))
})
