import assert from 'node:assert/strict'
import { Agent } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Keypair } from '#dist/keys/keypair.js'
import { type Sent, send, signedRequest, type Wanted } from '../../support/signed-request.ts'
import { GOOD } from './callers.ts'
import { Victim, type VictimOptions } from './victim.ts'

/** What an attacker does until `signal` aborts; many of it run at once. */
export type Attacker = (victim: Victim, at: number, signal: AbortSignal) => Promise<void>

type Attack = {
  readonly victim?: VictimOptions
  readonly attackers: number
  readonly attacker: Attacker
  /** Waits until the attack is at its height. */
  readonly begun: (victim: Victim) => Promise<void>
  /** megabytes that the axon's memory may grow */
  readonly grows: number
  /** how many questions the good caller asks, one after another */
  readonly questions?: number
  /** whether the good caller keeps its connection, as dendrites do; by default it opens one for each question */
  readonly keeps?: boolean
}

/**
 * Asks as a good caller, undisturbed and then under an attack, and checks that every question
 * and every health check is answered and that the axon's memory stays bounded. Prints how much longer answers took: that is
 * the machine's as much as the axon's, so only their being in time is asserted.
 */
export async function withstand({
  victim: options,
  attackers,
  attacker,
  begun,
  grows,
  questions = 20,
  keeps = false,
}: Attack): Promise<void> {
  await using victim = await Victim.start(options)
  const agent = new Agent({ keepAlive: keeps, maxSockets: 1 })
  const quiet = await askInTurn(victim, questions, agent)
  const { peakRss: before } = await victim.state()
  const ending = new AbortController()
  const ended = Promise.all(Array.from({ length: attackers }, (_, at) => repeat(attacker, victim, at, ending.signal)))
  try {
    await begun(victim)
    const attacked = await askInTurn(victim, questions, agent)
    const { peakRss: during } = await victim.state()
    const ratio = attacked.p99 / quiet.p99
    process.stdout.write(
      `      p99 ${attacked.p99.toFixed(0)} ms, ${ratio.toFixed(1)} times ${quiet.p99.toFixed(0)} ms; memory ${before.toFixed(0)} to ${during.toFixed(0)} MB\n`,
    )
    assert.deepEqual(attacked.statuses, Array(questions).fill(200), 'every question is answered')
    assert.ok(during - before < grows, `the memory grew from ${before} to ${during} MB`)
  } finally {
    ending.abort()
    await ended
    agent.destroy()
  }
}

async function repeat(attacker: Attacker, victim: Victim, at: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // A connection that the axon closes is the defence; the attacker comes again.
    await attacker(victim, at, signal).catch(() => sleep(20))
  }
}

type Asked = { readonly statuses: readonly number[]; readonly p99: number }

async function askInTurn({ url }: Victim, questions: number, agent: Agent): Promise<Asked> {
  const statuses: number[] = []
  const times: number[] = []
  for (let at = 0; at < questions; at++) {
    const health = await send(url, { method: 'GET', path: '/healthz', headers: {}, body: '' }, { agent })
    assert.equal(health.status, 200)
    const startedAt = performance.now()
    const { status } = await send(url, signedRequest({ by: GOOD, timeout: '60.0' }), { agent })
    times.push(performance.now() - startedAt)
    statuses.push(status)
  }
  times.sort((one, other) => one - other)
  return { statuses, p99: times[Math.floor(0.99 * times.length)]! }
}

/** A question of an attacker that waits a minute for its answer. */
export function questionOf(by: Keypair, wanted: Wanted = {}): Sent {
  return signedRequest({ by, timeout: '60.0', ...wanted })
}

/** A free request. */
export function pingOf(by: Keypair): Sent {
  return signedRequest({ by, synapse: 'Synapse', fields: {}, timeout: '60.0' })
}

/** A connection of an attacker, which ends with the attack. */
export async function connection(victim: Victim, signal: AbortSignal, from?: string): Promise<Socket> {
  const socket = connect({ port: victim.port, host: '127.0.0.1', noDelay: true, ...(from && { localAddress: from }) })
  const stop = () => socket.destroy()
  signal.addEventListener('abort', stop)
  socket.once('close', () => signal.removeEventListener('abort', stop))
  socket.on('error', () => {}) // then it is closed
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', () => resolve())
    socket.once('close', () => reject(new Error('the axon closed the connection')))
  })
  return socket
}

/** Resolves when the connection is closed. */
export async function closed(socket: Socket): Promise<void> {
  if (!socket.destroyed) await new Promise<void>(resolve => socket.once('close', () => resolve()))
}

/** Resolves with the next bytes, or when the connection is closed. */
export async function heard(socket: Socket): Promise<void> {
  if (socket.destroyed) return
  await new Promise<void>(resolve => {
    const done = () => {
      socket.off('data', done).off('close', done)
      resolve()
    }
    socket.on('data', done).on('close', done)
  })
}
