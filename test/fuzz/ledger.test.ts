import assert from 'node:assert/strict'
import { Ledger } from './ledger.ts'
import type { ParsedRequest } from './oracle/http.ts'
import type { Asked, Meaning, Python } from './oracle/python.ts'
import type { AskedQuestion } from './target/messages.ts'

describe('the ledger of the fuzzer', () => {
  it('finds the request of each question, although a later question takes the first one', async () => {
    const slow = Promise.withResolvers<Meaning>()
    const read = async ({ body }: Asked) => (String(body) === 'slow' ? slow.promise : meaningOf('hi'))
    const ledger = new Ledger({ read } as Python)
    const add = (request: Partial<ParsedRequest>) => ledger.add('typed', [{ ...open, ...request }], 1)
    add({ body: Buffer.from('slow') })
    for (let at = 0; at < 3; at++) add({ method: 'PUT', headers: [['bt_header_dendrite_hotkey', 'other']] })
    add({})
    const first = ledger.mayAsk(hi)
    // Forgets the requests with PUT, which the first question still has before it.
    assert.equal(await ledger.mayAsk({ ...hi, caller: 'other' }), false)
    add({})
    const second = ledger.mayAsk(hi)
    slow.resolve(meaningOf('slow'))
    assert.deepEqual(await Promise.all([first, second]), [true, true])
    assert.equal(await ledger.mayAsk(hi), false)
  })
})

const open: ParsedRequest = { method: 'POST', target: '/Open', headers: [], body: Buffer.from('{}') } as ParsedRequest

const hi: AskedQuestion = {
  dialect: 'typed',
  caller: null,
  messages: [['user', 'hi']],
  model: null,
  maxTokens: null,
  logprobs: false,
}

function meaningOf(text: string): Meaning {
  return { nonce: null, timeout: null, key: null, hashes: [], question: { messages: [['user', text]] } }
}
