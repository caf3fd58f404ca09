import assert from 'node:assert/strict'
import { type MinerProcess, startMiner } from '../support/miner-process.ts'
import { runPython } from '../support/python.ts'

type Reply = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: { readonly [name: string]: unknown }
}

const unverified = (why: string) => [401, `Not Verified with error: ${why}`] as const
const mismatch = unverified('Signature mismatch')
const tooOld = (delta: string) => new RegExp(`^Not Verified with error: Nonce is too old: acceptable delta is ${delta}`)

/** What altered.py can do to a request, and what is said to it. */
const refused: Readonly<Record<string, readonly [status: number, message: string | RegExp]>> = {
  unsigned: unverified('Missing Signature'),
  'empty signature': unverified('Missing Signature'),
  'signature without 0x': unverified('Invalid signature format. Expected hex string.'),
  'signature of odd length': unverified('Invalid hex string: OddLength'),
  'signature cut short': unverified('Invalid signature'),
  'signature of another text': mismatch,
  'signature of another key': mismatch,
  'no hotkey': unverified('No SS58 formatted address or public key provided.'),
  'hotkey that is none': [401, /^Not Verified with error: Invalid SS58 address/],
  'no nonce': unverified('Missing Nonce'),
  'nonce that is no number': [400, 'The header bt_header_dendrite_nonce is not a number'],
  'other nonce': mismatch,
  'other uuid': mismatch,
  'no body hash': mismatch,
  'other messages': [400, 'Hash mismatch between header body hash and body'],
  replayed: unverified('Nonce is too old, a newer one was last processed'),
  stale: [401, tooOld(String.raw`16\.00 seconds but request was 2\d\.\d\d seconds old$`)],
  'stale for any timeout': [401, tooOld(String.raw`64\.00 seconds but request was 3\d\d\.\d\d seconds old$`)],
  'signed before the axon began': unverified('Nonce is too old, it was signed before this axon began'),
  future: [
    401,
    /Nonce is in the future: acceptable delta is 4\.00 seconds but request was 3[56]\d\d\.\d\d seconds ahead$/,
  ],
  'wrong receiver': mismatch,
  stranger: [403, 'Forbidden. Key is blacklisted: hotkey not allowed.'],
}

const answered = ['unaltered', 'other hotkey in the body', 'other receiver in the head'] as const

describe('miner serve, sent a request of the dendrite of SDK 10 that was altered,', () => {
  let miner: MinerProcess
  const replies = new Map<string, Reply>()

  before(async () => {
    miner = await startMiner(['serve', '--dev', '--use', 'echo', '--axon-port', '0'])
    const alterations = [...Object.keys(refused), ...answered]
    const args = ['--port', String(miner.port), '--axon-hotkey', miner.hotkey, ...alterations]
    const lines = (await runPython('10.4.1', 'altered.py', args)) as Reply[]
    for (const [index, alteration] of alterations.entries()) replies.set(alteration, lines[index]!)
  })
  after(() => miner?.stop())

  for (const [alteration, [status, text]] of Object.entries(refused)) {
    it(`refuses it with ${status}: ${alteration}`, () => {
      const { headers, body, ...reply } = replies.get(alteration)!
      assert.equal(reply.status, status)
      assert.deepEqual(Object.keys(body), ['message'])
      if (typeof text === 'string') assert.equal(body.message, text)
      else assert.match(String(body.message), text)
      // SDK 7.1 and older read only these.
      assert.equal(headers.bt_header_axon_status_code, String(status))
      assert.equal(headers.bt_header_axon_status_message, body.message)
    })
  }

  for (const alteration of answered) {
    it(`answers it, and believes only the signed head: ${alteration}`, () => {
      const { status, body } = replies.get(alteration)!
      assert.equal(status, 200)
      assert.equal(body.completion, 'hello')
      const { hotkey } = body.dendrite as { hotkey: string }
      assert.equal(hotkey, '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY')
      assert.equal((body.axon as { hotkey: string }).hotkey, miner.hotkey)
    })
  }
})
