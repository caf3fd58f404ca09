import assert from 'node:assert/strict'
import type { AxonOptions } from '#dist/axon/options.js'
import { assertAtOnce } from '../support/assert-at-once.ts'
import { bytesOf, send, signedRequest, type Wanted } from '../support/signed-request.ts'
import { startAxon } from '../support/start-axon.ts'
import { type Talk, TalkingMiner } from '../support/talking-miner.ts'
import { RawConnection } from './raw-connection.ts'
import { told } from './told.ts'

/** A stream that somebody asked for. */
export function streamRequest(wanted: Wanted = {}) {
  return signedRequest({ synapse: 'StreamPromptingSynapse', ...wanted })
}

/** An axon, a caller who has asked it for a stream, and the miner's side of that. */
export async function startStream({
  wanted,
  version = 'HTTP/1.1',
  ...options
}: Partial<AxonOptions> & { wanted?: Wanted; version?: 'HTTP/1.0' | 'HTTP/1.1' } = {}) {
  const miner = new TalkingMiner()
  const axon = await startAxon({ miner, concurrency: 1, queue: 0, ...options })
  const caller = await RawConnection.open(axon.port)
  caller.write(String(bytesOf(streamRequest(wanted))).replace('HTTP/1.1', version))
  const talk: Talk = await miner.next()
  return {
    axon,
    miner,
    caller,
    talk,
    async [Symbol.asyncDispose]() {
      caller[Symbol.dispose]()
      await axon[Symbol.asyncDispose]()
    },
  }
}

type Stream = Awaited<ReturnType<typeof startStream>>

/** Is the miner told at once that the caller has left, and is its place free? */
export async function assertLeft(stream: Stream, leave: () => void): Promise<void> {
  const cancelled = told(stream.axon, 'cancelled')
  const startedAt = performance.now()
  leave()
  await stream.talk.over
  assertAtOnce(performance.now() - startedAt)
  assert.equal(stream.miner.open, 0)
  await cancelled
  const next = send(stream.axon.url, streamRequest())
  const talk = await stream.miner.next()
  talk.say('a')
  talk.end()
  assert.equal((await next).status, 200)
}

/** Resolves when a number has not changed for a while. */
export async function steady(count: () => number): Promise<number> {
  for (let last = -1; ; await new Promise(resolve => setTimeout(resolve, 100))) {
    if (count() === last) return last
    last = count()
  }
}
