import { setTimeout as sleep } from 'node:timers/promises'
import { bytesOf, headOf } from '../../support/signed-request.ts'
import { realSockets } from '../real-sockets.ts'
import { type Attacker, closed, connection, heard, pingOf, questionOf, withstand } from './attack.ts'
import { addressOf, BAD, MANY } from './callers.ts'
import type { Victim } from './victim.ts'

/** Fewer than an axon has by default, so that the attack is over in seconds; shares are parts of it. */
const LIMIT = 256
const limited = { limits: { connections: LIMIT } }
const full = (victim: Victim) => victim.until(({ connections }) => connections.open >= LIMIT - 8)

/** Opens a connection, asks once, and keeps it for as long as it is left. */
const holdWith =
  (bytes: (at: number) => Buffer, from?: (at: number) => string): Attacker =>
  async (victim, at, signal) => {
    const socket = await connection(victim, signal, from?.(at))
    socket.write(bytes(at))
    await heard(socket)
    await closed(socket)
    await sleep(5)
  }

describe('connections that are held', () => {
  realSockets()

  it('by a ping each, of one caller that may ask', () =>
    withstand({
      victim: limited,
      attackers: 300,
      attacker: holdWith(() => bytesOf(pingOf(BAD))),
      begun: full,
      grows: 150,
    }))

  it('by a question each, of one caller that may ask', () =>
    withstand({
      victim: { ...limited, concurrency: 64, queue: 512 },
      attackers: 300,
      attacker: holdWith(() => bytesOf(questionOf(BAD))),
      begun: full,
      grows: 150,
    }))

  it('by one key from many addresses', () =>
    withstand({
      victim: { ...limited, concurrency: 64, queue: 512 },
      attackers: 300,
      attacker: holdWith(() => bytesOf(questionOf(BAD)), addressOf),
      begun: full,
      grows: 150,
    }))

  it('by many keys from one address, which is the good caller’s, too', () =>
    withstand({
      victim: { ...limited, concurrency: 64, queue: 512 },
      attackers: 300,
      attacker: holdWith(at => bytesOf(questionOf(MANY[at % MANY.length]!))),
      begun: full,
      grows: 150,
      // A connection that has proven nothing yet shares its network's part, and the attackers may take all of that.
      keeps: true,
    }))

  it('by heads that never end, of strangers from many addresses', () =>
    withstand({
      victim: limited,
      attackers: 300,
      attacker: holdWith(() => Buffer.from('POST /Prompting HTTP/1.1\r\nbt_header_'), addressOf),
      begun: full,
      grows: 150,
    }))

  it('by slow heads of one caller that may ask', () =>
    withstand({
      victim: limited,
      attackers: 300,
      attacker: async (victim, _, signal) => {
        const socket = await connection(victim, signal)
        socket.write(bytesOf(pingOf(BAD)))
        await heard(socket)
        for (const byte of headOf(questionOf(BAD))) {
          if (socket.destroyed) return
          socket.write(Buffer.of(byte))
          await sleep(500, undefined, { signal })
        }
      },
      begun: full,
      grows: 150,
    }))
})
