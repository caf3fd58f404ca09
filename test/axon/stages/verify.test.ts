import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import {
  alice,
  bob,
  bytesOf,
  charlie,
  freshNonce,
  type Got,
  send,
  signedRequest,
  type Wanted,
} from '../../support/signed-request.ts'
import { Clock, HeldMiner, startAxon } from '../../support/start-axon.ts'
import { assertRefused } from '../assert-refused.ts'
import { RawConnection } from '../raw-connection.ts'
import { realSockets } from '../real-sockets.ts'

const notVerified = 'Not Verified with error: '

/** Sends it to an axon whose clock stands at the nonce's time, so that only what is wrong can be wrong. */
async function ask(wanted: Wanted, change?: (headers: Record<string, unknown>) => void): Promise<Got> {
  await using axon = await startAxon()
  const sent = signedRequest(wanted)
  change?.(sent.headers)
  return await send(axon.url, sent)
}

describe('verify: who signed', () => {
  realSockets()

  it('12.1-2: answers the request that the real SDK 10.2 signed', async () => {
    const clock = new Clock()
    clock.ms = 1_700_000_000_000 - 1
    await using axon = await startAxon({ now: clock.now })
    clock.ms += 2
    using connection = await RawConnection.open(axon.port)
    // The file is text: its lines end in LF, those of HTTP in CRLF; the body is one line.
    const vector = readFileSync('test/fixtures/vectors/axon/request-10.2.http', 'utf8')
    const got = await connection.write(vector.replaceAll('\n', '\r\n')).reply()
    assert.equal(got?.status, 200)
    assert.match(got.text, /"completion":"echo: hi"/)
  })

  it('12.1-10: takes a signature over the text in <Bytes>', async () => {
    const got = await ask({ text: text => `<Bytes>${text}</Bytes>` })
    assert.equal(got.status, 200, got.text)
  })

  it('12.1-11: goes by its own hotkey, whatever the header says', async () => {
    const got = await ask({ headers: { bt_header_axon_hotkey: charlie.address } })
    assert.equal(got.status, 200, got.text)
  })

  it('12.1-12: refuses what was signed for another axon', async () => {
    assertRefused(await ask({ receiver: charlie.address }), 401, `${notVerified}Signature mismatch`)
  })

  it('12.1-13: refuses an absent and an empty signature', async () => {
    for (const signature of [null, '']) {
      const got = await ask({ headers: { bt_header_dendrite_signature: signature } })
      assertRefused(got, 401, `${notVerified}Missing Signature`)
    }
  })

  it('12.1-14: refuses a signature that is none, in the words of the wallet', async () => {
    const words: [signature: string, message: RegExp][] = [
      ['ab'.repeat(64), /Invalid signature format\. Expected hex string\.$/],
      [`0x${'a'.repeat(127)}`, /Invalid hex string: .+/],
      [`0x${'zz'.repeat(64)}`, /Invalid hex string: .+/],
      [`0x${'ab'.repeat(10)}`, /Invalid signature$/],
    ]
    for (const [signature, message] of words) {
      assertRefused(await ask({ headers: { bt_header_dendrite_signature: signature } }), 401, message)
    }
  })

  it('12.1-15: refuses an absent hotkey, and one that is none', async () => {
    const none = await ask({ headers: { bt_header_dendrite_hotkey: null } })
    assertRefused(none, 401, `${notVerified}No SS58 formatted address or public key provided.`)
    const short = await ask({ headers: { bt_header_dendrite_hotkey: '5Abc' } })
    assertRefused(short, 401, /^Not Verified with error: Invalid SS58 address/)
  })

  it('12.1-16: refuses an absent nonce', async () => {
    assertRefused(await ask({ headers: { bt_header_dendrite_nonce: null } }), 401, `${notVerified}Missing Nonce`)
  })

  it('12.1-29: refuses an absent body hash, which is signed as None', async () => {
    const headers = { computed_body_hash: null }
    assertRefused(await ask({ headers }), 401, `${notVerified}Signature mismatch`)
    // Even when None is what was signed: a body cannot have that hash.
    const text = (of: string) => of.replace(/[0-9a-f]{64}$/, 'None')
    assertRefused(await ask({ headers, text }), 400, 'Hash mismatch between header body hash and body')
  })

  it('refuses the signature of another', async () => {
    const got = await ask({ by: alice, headers: { bt_header_dendrite_hotkey: charlie.address } })
    assertRefused(got, 401, `${notVerified}Signature mismatch`)
  })

  it('refuses when anything that is signed was changed', async () => {
    const changed = [
      { bt_header_dendrite_nonce: String(freshNonce(Date.now() + 1_000)) },
      { bt_header_dendrite_uuid: 'another' },
      { bt_header_dendrite_uuid: null },
      { computed_body_hash: 'a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a' },
    ]
    for (const headers of changed) assertRefused(await ask({ headers }), 401, `${notVerified}Signature mismatch`)
  })

  it('says nothing of an answer, and asks no miner, before the caller is proven', async () => {
    const miner = new HeldMiner()
    await using axon = await startAxon({ miner })
    const got = await send(axon.url, signedRequest({ text: 'forged' }))
    assert.equal(got.status, 401)
    assert.deepEqual(Object.keys(got.json), ['message'])
    assert.equal(miner.count, 0)
  })

  it('refuses 1,500 signatures without the marker bit, and then answers a good one', async () => {
    await using axon = await startAxon({ limits: { failedProofs: 2_000 } })
    const bad = signedRequest({ headers: { bt_header_dendrite_signature: `0x${'01'.repeat(63)}41` } })
    using connection = await RawConnection.open(axon.port)
    // As many at a time as a connection may have open.
    for (let sent = 0; sent < 1_500; sent += 16) {
      const requests = Array.from({ length: 16 }, () => {
        const headers = { ...bad.headers, bt_header_dendrite_nonce: String(freshNonce()) }
        return bytesOf({ ...bad, headers, body: '' })
      })
      connection.write(Buffer.concat(requests))
      for (const _ of requests) assert.equal((await connection.reply())?.status, 401)
    }
    assert.equal((await send(axon.url, signedRequest())).status, 200)
  })
})

describe('verify: when it was signed', () => {
  realSockets()

  const cases: [title: string, wanted: Wanted & { ageMs: number }, status: number, message?: RegExp][] = [
    ['12.1-20: 15 s ago, with 12 s to wait', { ageMs: 15_000, timeout: '12.0' }, 200],
    [
      '12.1-21: 17 s ago, with 12 s to wait',
      { ageMs: 17_000, timeout: '12.0' },
      401,
      /^Not Verified with error: Nonce is too old: acceptable delta is 16\.00 seconds but request was 17\.00 seconds old$/,
    ],
    ['12.1-22: 3 s ago, without a timeout', { ageMs: 3_000, headers: { timeout: null } }, 200],
    [
      '12.1-22: 5 s ago, without a timeout',
      { ageMs: 5_000, headers: { timeout: null } },
      401,
      /delta is 4\.00 seconds/,
    ],
    ['12.1-22: 5 s ago, with a timeout of zero', { ageMs: 5_000, timeout: '0' }, 401, /delta is 4\.00 seconds/],
    ['12.1-23: an hour ago, with a timeout of inf', { ageMs: 3_600_000, timeout: 'inf' }, 401, /delta is 4\.00/],
    ['12.1-23: an hour ago, with a timeout of nan', { ageMs: 3_600_000, timeout: 'nan' }, 401, /delta is 4\.00/],
    ['12.1-23: an hour ago, with a timeout of 1e9', { ageMs: 3_600_000, timeout: '1e9' }, 401, /delta is 64\.00/],
    ['12.1-24: an hour ahead', { ageMs: -3_600_000 }, 401, /in the future/],
    ['12.1-24: 4 s ahead, as clocks are', { ageMs: -3_999 }, 200],
    ['12.1-25: an hour ago, by an SDK 7.1', { ageMs: 3_600_000, version: '7001999' }, 401, /too old/],
    [
      '12.1-25: an hour ago, without a version',
      { ageMs: 3_600_000, headers: { bt_header_dendrite_version: null } },
      401,
      /too old/,
    ],
    ['a negative timeout adds nothing', { ageMs: 5_000, timeout: '-60' }, 401, /delta is 4\.00/],
    ['a nonce of 4,000 digits', { ageMs: 0, nonce: '9'.repeat(4_000) }, 401, /in the future/],
    ['a nonce far below zero', { ageMs: 0, nonce: `-${'9'.repeat(4_000)}` }, 401, /too old/],
  ]
  for (const [title, { ageMs, ...wanted }, status, message] of cases) {
    it(`${status === 200 ? 'answers' : 'refuses'} ${title}`, async () => {
      const clock = new Clock()
      await using axon = await startAxon({ now: clock.now })
      // The axon has run for a day, so that the start of its memory is not what refuses.
      clock.ms += 86_400_000
      const got = await send(axon.url, signedRequest({ nonce: clock.nonce(ageMs), ...wanted }))
      if (message) assertRefused(got, status, message)
      else assert.equal(got.status, status, got.text)
    })
  }

  it('12.1-26: refuses numbers that are none with 400', async () => {
    for (const headers of [
      { bt_header_dendrite_nonce: 'abc' },
      { bt_header_dendrite_nonce: '1.5' },
      { bt_header_dendrite_version: 'x' },
      { timeout: 'abc' },
    ]) {
      const [name] = Object.keys(headers)
      assertRefused(await ask({ headers }), 400, `The header ${name} is not a number`)
    }
  })

  it('refuses a header that comes twice with 400', async () => {
    for (const name of ['bt_header_dendrite_nonce', 'bt_header_dendrite_hotkey', 'computed_body_hash', 'timeout']) {
      const got = await ask({}, headers => {
        headers[name] = [headers[name], headers[name]]
      })
      assertRefused(got, 400, `The header ${name} comes twice`)
    }
  })

  it('knows itself as the receiver by the hotkey that it was given', async () => {
    await using axon = await startAxon({ hotkey: charlie.address })
    assert.equal((await send(axon.url, signedRequest({ receiver: charlie.address }))).status, 200)
    assert.equal((await send(axon.url, signedRequest({ receiver: bob.address }))).status, 401)
  })
})
