import assert from 'node:assert/strict'
import { alice, charlie, type Got, send, signedRequest } from '../support/signed-request.ts'
import { Clock, HeldMiner, startAxon } from '../support/start-axon.ts'
import { realSockets } from './real-sockets.ts'

const replayed = 'Not Verified with error: Nonce is too old, a newer one was last processed'

function assertReplayed(got: Got): void {
  assert.equal(got.status, 401, got.text)
  assert.equal(got.json.message, replayed)
}

describe('replay', () => {
  realSockets()

  it('12.1-17: refuses the same request the second time', async () => {
    await using axon = await startAxon()
    const sent = signedRequest()
    assert.equal((await send(axon.url, sent)).status, 200)
    assertReplayed(await send(axon.url, sent))
    assertReplayed(await send(axon.url, sent))
  })

  it('12.1-18: answers an older nonce of the same caller: out of order is fine', async () => {
    const clock = new Clock()
    await using axon = await startAxon({ now: clock.now })
    clock.ms += 1_000
    const nonce = clock.nonce()
    assert.equal((await send(axon.url, signedRequest({ nonce }))).status, 200)
    assert.equal((await send(axon.url, signedRequest({ nonce: nonce - 1n }))).status, 200)
    assertReplayed(await send(axon.url, signedRequest({ nonce: nonce - 1n })))
  })

  it('12.1-19: answers the same nonce of another dendrite and of another hotkey', async () => {
    await using axon = await startAxon()
    const { bt_header_dendrite_nonce: nonce } = signedRequest().headers as Record<string, string>
    for (const wanted of [{}, { uuid: 'another' }, { by: charlie }]) {
      assert.equal((await send(axon.url, signedRequest({ nonce: nonce!, ...wanted }))).status, 200)
    }
  })

  it('refuses it 10 s later with a longer timeout, which is not signed', async () => {
    const clock = new Clock()
    await using axon = await startAxon({ now: clock.now })
    const sent = signedRequest({ nonce: clock.nonce(), timeout: '1.0' })
    assert.equal((await send(axon.url, sent)).status, 200)
    for (const timeout of ['60.0', '1e9', 'inf']) {
      clock.ms += 10_000
      const got = await send(axon.url, { ...sent, headers: { ...sent.headers, timeout } })
      assert.equal(got.status, 401, timeout)
    }
  })

  it('refuses it as long as it could be believed, and the millisecond after', async () => {
    const clock = new Clock()
    await using axon = await startAxon({ now: clock.now })
    clock.ms += 60_000
    const sent = signedRequest({ nonce: clock.nonce(-3_999), timeout: '60.0' })
    const begin = clock.ms + 3_999
    assert.equal((await send(axon.url, sent)).status, 200)
    for (const after of [63_000, 63_999, 64_000, 64_001, 65_001, 70_000]) {
      clock.ms = begin + after
      // Others' requests are what makes the store forget.
      assert.equal((await send(axon.url, signedRequest({ nonce: clock.nonce() }))).status, 200)
      assert.equal((await send(axon.url, sent)).status, 401, `${after} ms after`)
    }
  })

  it('answers exactly one of two that come at once', async () => {
    await using axon = await startAxon()
    for (let round = 0; round < 10; round++) {
      const sent = signedRequest()
      const got = await Promise.all([send(axon.url, sent), send(axon.url, sent), send(axon.url, sent)])
      assert.deepEqual(got.map(({ status }) => status).sort(), [200, 401, 401])
    }
  })

  it('asks the miner once, even when the first answer is still being made', async () => {
    const miner = new HeldMiner()
    await using axon = await startAxon({ miner })
    const sent = signedRequest()
    const first = send(axon.url, sent)
    const held = await miner.next()
    assertReplayed(await send(axon.url, sent))
    held.answer('once')
    assert.equal((await first).json.completion, 'once')
    assert.equal(miner.count, 1)
  })

  it('does not spend the nonce of another: a forged request leaves the true one its answer', async () => {
    await using axon = await startAxon()
    const sent = signedRequest()
    const forged = { ...sent, headers: { ...sent.headers, bt_header_dendrite_signature: `0x${'00'.repeat(63)}80` } }
    assert.equal((await send(axon.url, forged)).json.message, 'Not Verified with error: Signature mismatch')
    assert.equal((await send(axon.url, sent)).status, 200)
  })

  it('refuses after a restart what was signed before it', async () => {
    const clock = new Clock()
    clock.ms -= 20
    const sent = signedRequest({ nonce: clock.nonce(), timeout: '60.0' })
    {
      await using before = await startAxon({ now: () => clock.ms - 1 })
      assert.equal((await send(before.url, sent)).status, 200)
    }
    clock.ms += 10
    await using after = await startAxon({ now: clock.now })
    const got = await send(after.url, sent)
    assert.equal(got.status, 401)
    assert.match(got.json.message, /signed before this axon began/)
  })

  it('takes a nonce above the floor, and none at it or below', async () => {
    const clock = new Clock()
    await using axon = await startAxon({ now: clock.now })
    const floor = BigInt(clock.ms) * 1_000_000n
    assert.equal((await send(axon.url, signedRequest({ nonce: floor - 1n }))).status, 401)
    assert.equal((await send(axon.url, signedRequest({ nonce: floor }))).status, 401)
    assert.equal((await send(axon.url, signedRequest({ nonce: floor + 1n }))).status, 200)
  })

  it('refuses it when the clock has stepped ahead, and back again', async () => {
    const clock = new Clock()
    await using axon = await startAxon({ now: clock.now })
    const begin = clock.ms + 1_000
    clock.ms = begin
    const sent = signedRequest({ nonce: clock.nonce(), timeout: '60.0' })
    assert.equal((await send(axon.url, sent)).status, 200)
    clock.ms = begin + 3_600_000
    assert.equal((await send(axon.url, signedRequest({ nonce: clock.nonce() }))).status, 200)
    clock.ms = begin + 1
    const got = await send(axon.url, sent)
    assert.equal(got.status, 401, 'the store has forgotten it, but the floor has risen')
    assert.equal((await send(axon.url, signedRequest({ nonce: clock.nonce() }))).status, 200)
  })

  it('refuses a hotkey that spends too many with 429, and no other', async () => {
    await using axon = await startAxon({ limits: { noncesPerCaller: 2 } })
    const first = signedRequest({ by: alice })
    for (const sent of [first, signedRequest({ by: alice })]) assert.equal((await send(axon.url, sent)).status, 200)
    const third = await send(axon.url, signedRequest({ by: alice }))
    assert.equal(third.status, 429)
    assert.equal(third.json.message, 'Too many requests of this hotkey')
    assert.equal((await send(axon.url, signedRequest({ by: charlie }))).status, 200)
    assertReplayed(await send(axon.url, first))
  })

  it('refuses all with 503 when the store is full, forgets nothing for it, and recovers', async () => {
    const clock = new Clock()
    await using axon = await startAxon({ now: clock.now, limits: { noncesInAll: 2 } })
    const sent = [signedRequest({ by: alice }), signedRequest({ by: charlie })]
    for (const request of sent) assert.equal((await send(axon.url, request)).status, 200)
    const third = await send(axon.url, signedRequest())
    assert.equal(third.status, 503)
    assert.equal(third.json.message, 'Too many requests to remember')
    for (const request of sent) assertReplayed(await send(axon.url, request))
    clock.ms += 70_000
    assert.equal((await send(axon.url, signedRequest({ nonce: clock.nonce() }))).status, 200)
  })
})
