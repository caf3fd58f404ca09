import assert from 'node:assert/strict'
import type { Call } from '#dist/plugin/dialect.js'
import type { Miner, ProvenCall } from '#dist/plugin/miner.js'
import { alice, charlie, send, signedRequest } from '../../support/signed-request.ts'
import { echo, HeldMiner, startAxon } from '../../support/start-axon.ts'
import { dialectOf } from '../dialect-of.ts'

const ask = (wanted: object = {}) => signedRequest({ synapse: 'Ask', fields: { text: 'hi' }, hashed: [], ...wanted })

/** An axon whose miner has these hooks, and which hooks failed. */
async function hooked(hooks: Partial<Miner>) {
  const failed: string[] = []
  const onHookFailed = (hook: string, error: unknown) => failed.push(`${hook}: ${(error as Error).message}`)
  const axon = await startAxon({ miner: { ...echo, ...hooks }, dialect: dialectOf({}), onHookFailed })
  return { axon, failed, [Symbol.asyncDispose]: () => axon[Symbol.asyncDispose]() }
}

describe('a miner’s blacklist', () => {
  it('sees the proven caller and the body, and may refuse', async () => {
    let seen: ProvenCall | undefined
    await using it = await hooked({
      blacklist: call => {
        seen = call
        return call.caller === alice.address ? { allow: false, reason: 'not you' } : { allow: true }
      },
    })
    const refused = await send(it.axon.url, ask())
    assert.deepEqual([refused.status, refused.json.message], [403, 'Forbidden. Key is blacklisted: not you.'])
    assert.deepEqual([seen?.synapse, seen?.body], ['Ask', { text: 'hi' }])
    assert.equal((await send(it.axon.url, ask({ by: charlie }))).status, 200)
  })

  for (const [what, blacklist] of [
    [
      'throws',
      () => {
        throw new Error('broken')
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('broken')
      },
    ],
    ['never decides', () => new Promise<never>(() => {})],
    [
      'decides too late, and computed for most of that time',
      () => {
        const startedAt = performance.now()
        while (performance.now() - startedAt < 110);
        return new Promise<never>(resolve => setTimeout(() => resolve({ allow: false, reason: 'late' } as never), 20))
      },
    ],
    ['gives what its type does not allow', () => [true, 'reason'] as never],
  ] as const) {
    it(`is ignored when it ${what}`, async () => {
      await using it = await hooked({ blacklist })
      assert.equal((await send(it.axon.url, ask())).status, 200)
      assert.equal(it.failed.length, 1)
      assert.match(
        it.failed[0]!,
        /^blacklist: (broken|took longer than 100 ms|returned a value that its type does not allow)$/,
      )
    })
  }

  it('is waited for by a caller that has no time like by one in the queue', async () => {
    await using it = await hooked({ blacklist: () => new Promise<never>(() => {}) })
    const { status, json } = await send(it.axon.url, ask({ timeout: '0.05' }))
    assert.deepEqual([status, json.message], [408, 'Response timeout after: 0.05s'])
  })

  it('is asked only for what is proven', async () => {
    let count = 0
    await using it = await hooked({ blacklist: () => ({ allow: count++ > 99 }) as never })
    await send(it.axon.url, ask({ headers: { bt_header_dendrite_signature: `0x${'1'.repeat(128)}` } }))
    assert.equal(count, 0)
  })
})

describe('a miner’s priority', () => {
  it('lets the higher one pass those who wait', async () => {
    const held = new HeldMiner()
    let ranked = 0
    const miner: Miner = {
      prompt: (question, asked) => held.prompt(question, asked),
      priority: ({ caller }) => {
        ranked++
        return caller === charlie.address ? 10 : 1
      },
    }
    const answer = async ({ ask, body }: Call<{ text: string }>) => {
      const { text } = await ask({ messages: [{ role: 'user', content: body.text }] })
      return { answer: text }
    }
    await using axon = await startAxon({ dialect: dialectOf({ answer }), miner, concurrency: 1 })
    const replies = [send(axon.url, ask({ fields: { text: 'first' } }))]
    const first = await held.next()
    for (const [text, by, count] of [
      ['second', alice, 2],
      ['third', charlie, 3],
    ] as const) {
      replies.push(send(axon.url, ask({ fields: { text }, by })))
      while (ranked < count) await new Promise(setImmediate)
    }
    await new Promise(setImmediate) // what is ranked takes its place in the same turn
    first.answer('1')
    const next = await held.next()
    assert.equal(next.said, 'third')
    next.answer('3')
    const last = await held.next()
    last.answer('2')
    for (const { status } of await Promise.all(replies)) assert.equal(status, 200)
  })

  it('is not asked for a ping, which takes no place', async () => {
    let asked = 0
    await using it = await hooked({ priority: () => ++asked })
    assert.equal((await send(it.axon.url, signedRequest({ synapse: 'Synapse', fields: {} }))).status, 200)
    assert.equal(asked, 0)
    assert.equal((await send(it.axon.url, ask())).status, 200)
    assert.equal(asked, 1)
  })

  it('does not matter when it fails', async () => {
    await using it = await hooked({ priority: () => Number.NaN })
    assert.equal((await send(it.axon.url, ask())).status, 200)
    assert.deepEqual(it.failed, ['priority: returned a value that its type does not allow'])
  })
})
