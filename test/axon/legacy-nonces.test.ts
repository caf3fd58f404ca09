import assert from 'node:assert/strict'
import type { Axon } from '#dist/axon/serve-axon.js'
import { decodeAddress } from '#dist/keys/ss58.js'
import { createVerifier } from '#dist/keys/verifier.js'
import type { Route } from '#dist/plugin/dialect.js'
import { MemoryStore } from '#dist/store/memory-store.js'
import { legacyRequest, recordedRequests, uuid1 } from '../support/legacy-request.ts'
import { sdk } from '../support/sdk.ts'
import { alice, bytesOf, charlie, dave, type Got, send, signedRequest, type Wanted } from '../support/signed-request.ts'
import { Clock, startAxon } from '../support/start-axon.ts'
import { assertRefused } from './assert-refused.ts'
import { dialectOf } from './dialect-of.ts'
import { RawConnection } from './raw-connection.ts'
import { realSockets } from './real-sockets.ts'

const notVerified = 'Not Verified with error: '
const replayed = `${notVerified}Nonce is too old, a newer one was last processed`
/** 29 minutes after the caller's boot, as recorded of SDK 6.1.0. */
const NONCE = 1_756_870_404_140n

describe('legacy nonces', () => {
  realSockets()
  const ask = (axon: Axon, wanted: Wanted & { nonce: bigint }): Promise<Got> => send(axon.url, legacyRequest(wanted))
  const statusOf = async (axon: Axon, wanted: Wanted & { nonce: bigint }) => (await ask(axon, wanted)).status
  const start = (options: Parameters<typeof startAxon>[0] = {}) => startAxon({ legacyNonces: true, ...options })

  it('12.1-9: answers what the dendrites 6.1.0 and 6.9.3 signed, once', async () => {
    await using axon = await start()
    for (const sent of recordedRequests()) {
      const got = await send(axon.url, sent)
      // The caller of a question without messages is proven all the same.
      if (sent.messages.length === 0) assertRefused(got, 400, 'there is no message')
      else assert.deepEqual([got.status, got.json.axon.status_code], [200, 200], got.text)
      assertRefused(await send(axon.url, sent), 401, replayed)
    }
  })

  it('12.1-8: answers empty lists, which SDK 6.1 sends in headers of tensors', async () => {
    const body = sdk.z.object({ messages: sdk.z.array(sdk.z.string()) })
    const synapse = {
      body,
      hashed: ['messages'],
      example: { messages: [] },
      answer: async () => ({ completion: 'none' }),
    }
    const prompting = dialectOf({}, { synapses: { Prompting: synapse as Route } })
    await using axon = await start({ dialect: prompting })
    const [, sent] = recordedRequests()
    assert.equal(sent!.headers.bt_header_list_tensor_messages, '[]')
    const got = await send(axon.url, sent!)
    assert.deepEqual([got.status, got.json.completion, got.json.messages], [200, 'none', []], got.text)
  })

  it('12.1-9: refuses them without the setting, and names its flag', async () => {
    await using axon = await startAxon()
    const [sent] = recordedRequests()
    const got = await send(axon.url, sent!)
    assertRefused(got, 401, /^Not Verified with error: Nonce is too old: it counts from .* only with --legacy-nonces$/)
    // SDK 7.1 and older read only this.
    assert.equal(got.headers.bt_header_axon_status_code, '401')
  })

  it('answers rising nonces of a dendrite, and none at or below the last one', async () => {
    await using axon = await start()
    assert.equal(await statusOf(axon, { nonce: NONCE }), 200)
    assertRefused(await ask(axon, { nonce: NONCE }), 401, replayed)
    assertRefused(await ask(axon, { nonce: NONCE - 1n }), 401, replayed)
    assert.equal(await statusOf(axon, { nonce: NONCE + 1n }), 200)
    assertRefused(await ask(axon, { nonce: NONCE }), 401, replayed)
  })

  it('12.1-19: answers the same nonce of another dendrite, and of another hotkey', async () => {
    await using axon = await start()
    assert.equal(await statusOf(axon, { nonce: NONCE }), 200)
    assert.equal(await statusOf(axon, { nonce: NONCE, uuid: uuid1(Date.now()) }), 200)
    assert.equal(await statusOf(axon, { nonce: NONCE, by: charlie }), 200)
  })

  it('takes a nonce for a time from 10^17 on', async () => {
    await using axon = await start()
    const edge = 10n ** 17n
    assert.equal(await statusOf(axon, { nonce: 0n }), 200)
    assert.equal(await statusOf(axon, { nonce: edge - 1n }), 200)
    assertRefused(await ask(axon, { nonce: edge }), 401, /Nonce is too old: acceptable delta is 16\.00 seconds/)
    assertRefused(await ask(axon, { nonce: -1n }), 401, /Nonce is too old: acceptable delta is 16\.00 seconds/)
  })

  it('goes by the nonce, which is signed, and not by the version', async () => {
    const clock = new Clock()
    await using axon = await start({ now: clock.now })
    clock.ms += 3_600_000
    assert.equal(await statusOf(axon, { nonce: NONCE, version: '10002000' }), 200)
    const late = signedRequest({ nonce: clock.nonce(1_800_000), version: '7001999' })
    assertRefused(await send(axon.url, late), 401, /acceptable delta/)
    assert.equal((await send(axon.url, signedRequest({ nonce: clock.nonce() }))).status, 200, 'times count as ever')
  })

  it('remembers them when nonces that are times have long been dropped', async () => {
    const clock = new Clock()
    await using axon = await start({ now: clock.now })
    assert.equal(await statusOf(axon, { nonce: NONCE }), 200)
    for (let hour = 0; hour < 3; hour++) {
      clock.ms += 3_600_000
      assert.equal((await send(axon.url, signedRequest({ nonce: clock.nonce() }))).status, 200)
      assertRefused(await ask(axon, { nonce: NONCE }), 401, replayed)
    }
  })

  it('spends no nonce of another: what is forged leaves the true one its answer', async () => {
    await using axon = await start()
    const forged = await ask(axon, { nonce: NONCE + 1_000n, text: 'forged' })
    assertRefused(forged, 401, `${notVerified}Signature mismatch`)
    assert.equal(await statusOf(axon, { nonce: NONCE }), 200)
  })

  it('answers one of three that come at once', async () => {
    await using axon = await start()
    for (let round = 0n; round < 10n; round++) {
      const sent = legacyRequest({ nonce: NONCE + round })
      const got = await Promise.all([send(axon.url, sent), send(axon.url, sent), send(axon.url, sent)])
      assert.deepEqual(got.map(({ status }) => status).sort(), [200, 401, 401])
    }
  })

  it('answers in their order the requests that a dendrite sends at once', async () => {
    await using axon = await start({ queue: 16 })
    using connection = await RawConnection.open(axon.port)
    const requests = Array.from({ length: 16 }, (_, at) => bytesOf(legacyRequest({ nonce: NONCE + BigInt(at) })))
    connection.write(Buffer.concat(requests))
    for (const _ of requests) assert.equal((await connection.reply())?.status, 200)
  })

  it('refuses them of hotkeys that are not registered, which anyone can make', async () => {
    const ofDave = (axon: Axon) => ask(axon, { nonce: NONCE, by: dave })
    await using axon = await start({ rules: [] })
    assertRefused(await ofDave(axon), 401, /and this hotkey is not registered$/)
    assert.equal((await send(axon.url, signedRequest({ by: dave }))).status, 200, 'a time is taken')
    await using registered = await start({
      rules: [],
      standings: hotkey => (hotkey === dave.address ? { uid: 1, stakeRao: 1n, hasPermit: false } : 'unregistered'),
    })
    assert.equal((await ofDave(registered)).status, 200)
  })

  it('refuses them for a while when the chain has not told yet whether the hotkey is registered', async () => {
    let isRead = false
    const registered = { uid: 1, stakeRao: 1n, hasPermit: false }
    await using axon = await start({ rules: [], standings: () => (isRead ? registered : 'unknown') })
    const got = await ask(axon, { nonce: NONCE })
    assertRefused(got, 503, 'The standing of this hotkey is not known yet')
    assert.equal(got.headers['retry-after'], '12')
    isRead = true
    assert.equal(await statusOf(axon, { nonce: NONCE }), 200)
  })

  it('refuses a dendrite that was made more than an hour ahead', async () => {
    const clock = new Clock()
    await using axon = await start({ now: clock.now })
    const made = (aheadMs: number) => uuid1(clock.ms + aheadMs)
    assert.equal(await statusOf(axon, { nonce: NONCE, uuid: made(3_600_000) }), 200)
    assertRefused(await ask(axon, { nonce: NONCE, uuid: made(3_600_001) }), 401, /more than an hour ahead$/)
  })

  it('remembers 64 dendrites of a hotkey, and lets no older one in instead, nor for another hotkey', async () => {
    await using axon = await start()
    const began = Date.now() - 1_000_000
    const dendrite = (at: number) => uuid1(began + at * 1_000)
    for (let at = 1; at <= 64; at++) assert.equal(await statusOf(axon, { nonce: NONCE, uuid: dendrite(at) }), 200)
    assert.equal(await statusOf(axon, { nonce: NONCE, uuid: dendrite(0) }), 200, 'none was dropped so far')
    // That dropped 1, and this drops 3, because 2 is used again.
    assert.equal(await statusOf(axon, { nonce: NONCE + 1n, uuid: dendrite(2) }), 200)
    assert.equal(await statusOf(axon, { nonce: NONCE, uuid: dendrite(65) }), 200)
    for (const at of [1, 3])
      for (const nonce of [NONCE, NONCE + 1n])
        assertRefused(await ask(axon, { nonce, uuid: dendrite(at) }), 401, /has dropped its dendrite/)
    assertRefused(await ask(axon, { nonce: NONCE + 1n, uuid: 'no time' }), 401, /has dropped its dendrite/)
    for (const at of [0, 2, 4]) assert.equal(await statusOf(axon, { nonce: NONCE + 2n, uuid: dendrite(at) }), 200)
    assert.equal(await statusOf(axon, { nonce: NONCE, uuid: dendrite(1), by: charlie }), 200)
  })

  it('checks no signature of a replay again, though its dendrite was dropped', async () => {
    let checks = 0
    const verifier = createVerifier({
      onPanic: error => {
        throw error
      },
    })
    await using axon = await start({
      verify: async all => {
        checks += all.length
        return verifier.verify(all.map(({ hotkey, ...signed }) => ({ publicKey: decodeAddress(hotkey), ...signed })))
      },
    })
    const began = Date.now() - 1_000_000
    const requests = Array.from({ length: 65 }, (_, at) =>
      legacyRequest({ nonce: NONCE, uuid: uuid1(began + at * 1_000) }),
    )
    for (const sent of requests) assert.equal((await send(axon.url, sent)).status, 200)
    assert.equal(checks, 65)
    for (let time = 0; time < 100; time++) {
      assertRefused(await send(axon.url, requests[0]!), 401, /has dropped its dendrite/)
      assertRefused(await send(axon.url, requests[1]!), 401, replayed)
    }
    assert.equal(checks, 65)
  })

  it('count for the caps, so that one hotkey fills no store for others', async () => {
    await using axon = await start({ limits: { noncesPerCaller: 2, noncesInAll: 3 } })
    const timed = (by = alice) => send(axon.url, signedRequest({ by }))
    assert.deepEqual([await statusOf(axon, { nonce: 1n }), await statusOf(axon, { nonce: 2n })], [200, 200])
    assertRefused(await ask(axon, { nonce: 3n }), 429, 'Too many requests of this hotkey')
    assert.equal((await timed()).status, 429)
    assertRefused(await ask(axon, { nonce: 2n }), 401, replayed)
    assert.equal((await timed(charlie)).status, 200)
    assertRefused(await ask(axon, { nonce: 1n, by: charlie }), 503, 'Too many requests to remember')
  })

  it('of a time when the clock was ahead shut no other caller out when it is right again', async () => {
    const clock = new Clock()
    await using axon = await start({ now: clock.now })
    clock.ms += 1_000
    const right = clock.ms
    for (const minute of [0, 2, 4]) {
      clock.ms = right + 3_600_000 + minute * 60_000
      assert.equal(await statusOf(axon, { nonce: NONCE + BigInt(minute) }), 200)
    }
    clock.ms = right + 5_000
    assert.equal((await send(axon.url, signedRequest({ nonce: clock.nonce() }))).status, 200)
    assert.equal(await statusOf(axon, { nonce: NONCE + 5n }), 200)
  })

  it('answers one again after a restart with a store in memory, as the documentation says', async () => {
    const sent = legacyRequest({ nonce: NONCE })
    for (let run = 0; run < 2; run++) {
      await using store = new MemoryStore({ now: Date.now, perCaller: 10, inAll: 10 })
      await using axon = await start({ nonces: store })
      assert.equal((await send(axon.url, sent)).status, 200)
      assert.equal((await send(axon.url, sent)).status, 401)
    }
  })
})
