import assert from 'node:assert/strict'
import { costText, requestHeader, requestLine } from '#dist/cli/logs/request-lines.js'
import type { LoggedRequest } from '#dist/request-log/logged-request.js'
import { printedColumns } from '#dist/text/fill.js'
import { alice } from '../../support/signed-request.ts'

const times = { claimed: 1, verified: 2, placed: 3, firstToken: 5, done: 12 }
const unknown = { code: null, reason: null, finishReason: null, cutBy: null, pieces: null, costUsd: null }
const answered: LoggedRequest = {
  ...unknown,
  seq: 1,
  id: 'd829ee14-6a1b-4a76-9e4c-8a3d1f1c1a51',
  at: Date.UTC(2026, 10, 29, 14, 3, 7, 123),
  ms: 811.6,
  hotkey: alice.address,
  address: '127.0.0.1',
  synapse: 'Prompting',
  outcome: 'answered',
  status: 200,
  model: 'gpt-4o-mini',
  endpoint: 'main',
  attempts: [],
  usage: { promptTokens: 9, completionTokens: 20 },
  costUsd: 0.000123,
  times,
}
const refused: LoggedRequest = {
  ...answered,
  outcome: 'refused',
  status: 429,
  code: 'RATE_LIMITED',
  model: null,
  endpoint: null,
  usage: {},
  costUsd: null,
}
const long: LoggedRequest = {
  ...answered,
  ms: 3_600_000,
  synapse: 'TextSynapseWithALongName',
  model: 'meta-llama/Llama-3.3-70B-Instruct-Turbo-Free',
  endpoint: '\u001b[31m主要'.repeat(9),
  costUsd: 123_456,
}

describe('the list of requests', () => {
  it('has a line for each request, whole where it is no terminal', () => {
    assert.equal(
      [requestHeader(undefined), requestLine(answered, undefined), requestLine(refused, undefined)].join('\n'),
      'TIME (UTC)      ID        END       MS       USD  HOTKEY      SYNAPSE     ANSWER\n' +
        '11-29 14:03:07  d829ee14  200      812  0.000123  5Grwv…utQY  Prompting   gpt-4o-mini@main 9+20 tokens\n' +
        '11-29 14:03:07  d829ee14  429      812            5Grwv…utQY  Prompting   RATE_LIMITED',
    )
    const line = requestLine(long, undefined)
    assert.ok(line.includes(`${long.synapse}  ${long.model}@\\u001b[31m主要\\u001b[31m主要`), line)
    assert.ok(line.endsWith(' 9+20 tokens'))
  })

  for (const width of [40, 80, 99, 100, 120, 200])
    it(`fits a terminal of ${width} columns, each cell below its name`, () => {
      const header = requestHeader(width)
      const at = header.indexOf('ANSWER')
      for (const request of [answered, refused, long]) {
        const line = requestLine(request, width)
        assert.ok(printedColumns(line) <= width, line)
        assert.ok(at < 0 || /^(?:gpt|meta|RATE)/.test(line.slice(at)), line)
      }
      assert.equal(header.includes('SYNAPSE'), width >= 100)
    })

  it('leaves the answer some room on a terminal of 80 columns, what went wrong first', () => {
    const failed = { ...answered, outcome: 'failed', status: 502, code: 'UPSTREAM_FAILED' } as const
    assert.match(requestLine(failed, 80), /0\.000123 {2}5Grwv…utQY {2}UPSTREAM_FAILED g…$/)
    assert.match(
      requestLine({ ...answered, cutBy: 'deadline' }, 200),
      / {2}cut by deadline gpt-4o-mini@main 9\+20 tokens$/,
    )
  })

  for (const [usd, cell, text] of [
    [null, '?', 'unknown'],
    [0, '0', '$0'],
    [0.000_000_1, '<.000001', '<$0.000001'],
    [0.000_123, '0.000123', '$0.000123'],
    [12.5, '12.5000', '$12.50'],
    [4_321, '4321.00', '$4,321.00'],
  ] as const)
    it(`shows a cost of ${usd} as ${cell}`, () => {
      assert.match(
        requestLine({ ...answered, costUsd: usd }, 200),
        new RegExp(` 812 +${cell.replaceAll(/[.?]/g, '\\$&')}  5G`),
      )
      assert.equal(costText(usd), text)
    })
})
