import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { readHead } from '#dist/chain/read/read-head.js'
import { openNode } from '../../support/chain/open-node.ts'
import { RECORDED_BLOCK } from '../../support/chain/recorded-subnet.ts'
import { specs } from '../../support/chain/runtime.ts'
import { startChainNode } from '../../support/chain/start-chain-node.ts'

describe('readHead', () => {
  for (const spec of specs)
    it(`reads number, hash, time and spec version on runtime ${spec}`, async () => {
      const at = Date.parse('2026-11-28T12:00:00Z')
      await using server = await startChainNode({ spec, now: () => at })
      await using node = await openNode(server)
      const { hash } = server.chain.head
      const head = await readHead(node, new AbortController().signal)
      assert.deepEqual(head, { number: RECORDED_BLOCK, hash, at, specVersion: spec })
    })

  it('refuses a time that no date can hold', async () => {
    await using server = await startChainNode({ now: () => 9e15 })
    await using node = await openNode(server)
    await assert.rejects(readHead(node, new AbortController().signal), {
      code: 'RUNTIME_UNSUPPORTED',
      message: /Timestamp.Now is 9000000000000000, which is beyond all dates$/,
    })
  })

  it('leaves no listener on the signal', async () => {
    await using server = await startChainNode()
    await using node = await openNode(server)
    const { signal } = new AbortController()
    for (let i = 0; i < 3; i++) await readHead(node, signal)
    assert.deepEqual(getEventListeners(signal, 'abort'), [])
  })
})
