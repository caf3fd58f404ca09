import assert from 'node:assert/strict'
import { explain } from '#dist/dendrite/explain.js'

describe('explain', () => {
  const cases: [string, number | null, string, RegExp, RegExp][] = [
    [
      'how old a stale request is by the axon’s clock',
      401,
      'Not Verified with error: Nonce is too old: acceptable delta is 16.00 seconds but request was 17.01 seconds old',
      /clocks differ.*17\.01 s old/,
      /NTP.*--timeout/,
    ],
    [
      'how far ahead a request is',
      401,
      'Not Verified with error: Nonce is in the future: acceptable delta is 4.00 seconds but request was 9.50 seconds ahead',
      /clocks differ.*9\.50 s ahead/,
      /NTP/,
    ],
    [
      'a nonce older than the last one',
      401,
      'Not Verified with error: Nonce is too old, a newer one was last processed',
      /newer/,
      /retry/,
    ],
    [
      'a signature for another receiver',
      401,
      'Not Verified with error: Signature mismatch with 1.2.3 and 0xab',
      /signature/,
      /--receiver/,
    ],
    ['any other 401', 401, 'Not Verified with error: Missing Nonce', /Missing Nonce/, /wallet/],
    [
      'a request whose headers a proxy dropped',
      401,
      'Not Verified with error: No SS58 formatted address or public key provided.',
      /could not verify/,
      /^check the proxy .*underscores_in_headers on.*wallet/,
    ],
    [
      'a signature that did not arrive',
      401,
      'Not Verified with error: Missing Signature',
      /verify/,
      /^check the proxy/,
    ],
    ['a hotkey that is none', 401, 'Not Verified with error: Invalid SS58 address: x', /verify/, /^check the wallet/],
    [
      'fields that a proxy dropped from the head',
      400,
      'Improperly formatted request. Could not parse headers {} into synapse of type Prompting.',
      /cannot parse the request/,
      /^check the proxy .*fields that were sent$/,
    ],
    [
      'a refusal by rule',
      403,
      'Forbidden. Key is blacklisted: hotkey not registered.',
      /hotkey not registered/,
      /registered/,
    ],
    [
      'the available synapses',
      404,
      "Synapse name 'X' not found. Available synapses ['Synapse', 'Prompting']",
      /not know/,
      /--dialect \(miner dialects.*; it offers: Synapse, Prompting$/,
    ],
    ['a server that is not an axon', 404, 'Not Found', /no axon/, /--url/],
    ['a reply that timed out', 408, 'Request timeout after 2.0 seconds', /not complete in time/, /--timeout/],
    ['a model that was too slow', 504, 'No answer within 12.0s', /could not answer in time/, /--timeout/],
    ['an axon that was too slow', 408, 'Response timeout after: 12.0s', /could not answer in time/, /--timeout/],
    ['an axon that would be too slow', 503, 'No answer would begin in time', /could not answer in time/, /--timeout/],
    ['a question that is too large', 413, 'The body is larger than 1048576 bytes', /too large/, /less text/],
    [
      'a reply that is not a synapse',
      422,
      'Failed to parse response: unexpected mimetype text/html',
      /mimetype/,
      /--url/,
    ],
    ['an exceeded rate', 429, 'Busy, try again later', /Busy/, /later/],
    ['a spent budget', 429, "The day's budget of this hotkey leaves too little", /pays for no more now/, /day \(UTC\)/],
    ['an axon that failed', 500, 'Internal Server Error #1', /failed with 500/, /log/],
    [
      'an unsupported request',
      501,
      'This miner cannot do that',
      /the miner behind the axon cannot/,
      /different request/,
    ],
    [
      'an axon whose chain has not told yet',
      503,
      'The standing of this hotkey is not known yet',
      /not know yet whether this hotkey is registered/,
      /retry.*allow list.*chain/,
    ],
    ['an axon that is full', 503, 'Too many requests are waiting', /cannot answer now/, /retry/],
    ['an address without a server', 503, 'Service unavailable at 127.0.0.1:1/Prompting', /127\.0\.0\.1:1/, /--url/],
    ['a connection that was closed', 503, 'Service disconnected: Server disconnected', /closed/, /--url/],
    [
      'a body whose hash differs',
      400,
      'Hash mismatch between header body hash and body',
      /cannot parse the request/,
      /fields/,
    ],
    ['a reply that was cut off', 400, 'Payload error: the reply was cut off', /before the end/, /log/],
    ['a reply that is not HTTP', 400, 'Client response error: Parse Error', /cannot be parsed/, /--url/],
    ['a reply without a status', null, '', /without a status/, /log/],
  ]
  for (const [title, status, message, sentence, hint] of cases) {
    it(`explains ${title}`, () => {
      const explanation = explain({ status, message })
      assert.match(explanation!.message, sentence)
      assert.match(explanation!.hint, hint)
    })
  }

  it('gives each a stable code', () => {
    const codes = cases.map(([, status, message]) => explain({ status, message })!.code)
    assert.deepEqual(codes, [
      'CLOCKS_DIFFER',
      'CLOCKS_DIFFER',
      'NONCE_OVERTAKEN',
      'SIGNATURE_MISMATCH',
      'NOT_VERIFIED',
      'NOT_VERIFIED',
      'NOT_VERIFIED',
      'NOT_VERIFIED',
      'MALFORMED',
      'BLACKLISTED',
      'UNKNOWN_SYNAPSE',
      'NOT_FOUND',
      'TIMEOUT',
      'DEADLINE',
      'DEADLINE',
      'DEADLINE',
      'QUESTION_TOO_LONG',
      'REPLY_UNREADABLE',
      'BUSY',
      'BUDGET_SPENT',
      'AXON_FAILED',
      'UNSUPPORTED',
      'STANDINGS_UNKNOWN',
      'AXON_UNAVAILABLE',
      'AXON_UNREACHABLE',
      'REPLY_MISSING',
      'MALFORMED',
      'REPLY_CUT',
      'REPLY_UNREADABLE',
      'STATUS_MISSING',
    ])
  })

  it('returns null for a success, and explains a failure without a message', () => {
    assert.equal(explain({ status: 200, message: 'Success' }), null)
    assert.ok(explain({ status: 401, message: null }))
  })
})
