import { setTimeout as sleep } from 'node:timers/promises'
import { bytesOf } from '../../support/signed-request.ts'
import { realSockets } from '../real-sockets.ts'
import { type Attacker, closed, connection, questionOf, withstand } from './attack.ts'
import { addressOf, BAD, MANY } from './callers.ts'
import type { Victim } from './victim.ts'

const MiB = 1024 * 1024
const large = { roles: ['user'], messages: ['hi'], padding: ' '.repeat(MiB - 400) }
const budget = { limits: { bodyBytes: 16 * MiB, connections: 512 } }
const full = (victim: Victim) => victim.until(({ bodies }) => bodies.bytes > 14 * MiB)

/** Attackers that come again at once would use up the processor of this process, which asks the questions, too. */
const AGAIN_MS = 50

/** Sends a body but for its last byte. */
const stall =
  (by: (at: number) => typeof BAD, from?: (at: number) => string): Attacker =>
  async (victim, at, signal) => {
    const socket = await connection(victim, signal, from?.(at))
    socket.resume()
    socket.write(bytesOf(questionOf(by(at), { fields: large })).subarray(0, -1))
    await closed(socket)
    await sleep(AGAIN_MS)
  }

describe('signed bodies that stall before their end', () => {
  realSockets()

  it('of one caller that may ask', () =>
    withstand({ victim: budget, attackers: 40, attacker: stall(() => BAD), begun: full, grows: 150 }))

  it('of many callers that may ask, from many addresses', () =>
    withstand({
      victim: budget,
      attackers: 40,
      attacker: stall(at => MANY[at % MANY.length]!, addressOf),
      begun: full,
      grows: 150,
    }))
})
