import assert from 'node:assert/strict'
import { createLog } from '#dist/app/log/logger.js'
import { textLine } from '#dist/app/log/text-line.js'
import { alice, bob } from '../../support/signed-request.ts'

const time = '2026-11-28T12:00:00.000Z'
const clock = new Date(time).toTimeString().slice(0, 8)
const request = { id: '1', hotkey: alice.address, address: '192.0.2.1', synapse: 'Prompting', ms: 1234 }

/** The line of a record, without the time of day. */
function lineOf(record: object, columns: number | null = 80): string {
  const line = textLine({ level: 'info', time, ...record }, { isColoured: false, columns })
  assert.ok(line.startsWith(`${clock} `) && line.endsWith('\n'), line)
  return line.slice(clock.length + 1, -1)
}

describe('a line of the log for people', () => {
  const lines: [what: string, record: object, line: string][] = [
    [
      'an answer',
      {
        ...request,
        event: 'answered',
        status: 200,
        model: 'gpt-4o-mini',
        endpoint: 'main',
        usage: { promptTokens: 312, completionTokens: 87 },
        attempts: ['main: answered'],
      },
      '200  1234 ms 5Grwv…utQY  Prompting gpt-4o-mini@main 312+87 tokens',
    ],
    [
      'an answer that was cut, after another endpoint failed',
      {
        ...request,
        event: 'answered',
        status: 200,
        partial: true,
        cutBy: 'deadline',
        model: 'a-model-with-a-name-that-is-long',
        endpoint: 'local',
        attempts: ['main: MODEL_BUSY, retry after 45000 ms', 'local: answered'],
      },
      '200  1234 ms 5Grwv…utQY  Prompting a-model-with-a-name-t…@local cut at the deadline, main: MODEL_BUSY, retry after 45000 ms',
    ],
    [
      'an answer that broke off',
      {
        ...request,
        level: 'warn',
        event: 'answered',
        status: 200,
        partial: true,
        cutBy: 'MODEL_CUT',
        model: 'm1',
        endpoint: '127.0.0.1:18765',
        attempts: ['127.0.0.1:18765: MODEL_CUT', '127.0.0.1:18765: MODEL_UNREACHABLE'],
      },
      '200  1234 ms 5Grwv…utQY  Prompting m1@127.0.0.1:18765 cut because the endpoint failed with MODEL_CUT, 127.0.0.1:18765: MODEL_CUT, 127.0.0.1:18765: MOD…',
    ],
    [
      'a failure',
      {
        ...request,
        level: 'warn',
        event: 'failed',
        status: 502,
        code: 'UPSTREAM_FAILED',
        reason: 'The model behind this miner failed',
        attempts: ['main: MODEL_FAILED', 'local: MODEL_TIMEOUT'],
        error: {
          name: 'NoAnswer',
          code: 'MODEL_FAILED',
          message: 'main failed with 500: out of memory',
          hint: 'restart it',
        },
      },
      '502  1234 ms 5Grwv…utQY  Prompting main failed with 500: out of memory; try: restart it (main: MODEL_FAILED, local: MODEL_TIMEOUT)',
    ],
    [
      'a fault of a plugin',
      {
        ...request,
        level: 'error',
        event: 'failed',
        status: 500,
        code: 'INTERNAL',
        reason: 'Internal Server Error #1',
        error: {
          name: 'TypeError',
          message: 'x is not a function',
          stack: ['    at shout.js:3:1', '    at main.js:1:1'],
        },
      },
      '500  1234 ms 5Grwv…utQY  Prompting TypeError: x is not a function (at shout.js:3:1)',
    ],
    [
      'a refusal',
      {
        ...request,
        event: 'refused',
        status: 429,
        code: 'BUDGET_USED',
        reason: 'The budget of this hotkey is used up',
      },
      '429  1234 ms 5Grwv…utQY  Prompting The budget of this hotkey is used up',
    ],
    [
      'a refusal of a caller that is not proven',
      {
        ...request,
        hotkey: undefined,
        claimed: alice.address,
        event: 'refused',
        level: 'debug',
        status: 403,
        reason: 'Forbidden.',
      },
      '403  1234 ms 5Grwv…utQY? Prompting Forbidden.',
    ],
    [
      'a caller that disconnects',
      { ...request, event: 'cancelled' },
      '---  1234 ms 5Grwv…utQY  Prompting the caller disconnected',
    ],
    [
      'strangers',
      {
        event: 'strangers',
        seconds: 10,
        counts: { BLACKLISTED: 3, ANSWERED: 1 },
        callers: [
          {
            claimed: bob.address,
            address: '192.0.2.1',
            synapse: 'P',
            code: 'BLACKLISTED',
            status: 403,
            reason: 'Forbidden. Key is blacklisted: validator permit required.',
            count: 3,
          },
          { claimed: null, address: '192.0.2.2', synapse: 'P', code: 'ANSWERED', status: 200, count: 1 },
        ],
      },
      'INFO  strangers: 4 unproven in 10 s: 3× 403 BLACKLISTED 5FHne…94ty? at 192.0.2.1 (validator permit required), 1× 200 ANSWERED 192.0.2.2',
    ],
    [
      'a drain',
      { event: 'draining', signal: 'SIGINT', seconds: 30, requests: 3 },
      'INFO  draining: 3 requests, 30 s at most; Ctrl-C again ends at once',
    ],
    [
      'an endpoint of the chain that failed',
      {
        level: 'warn',
        event: 'chainEndpointFailed',
        endpoint: 'ws://a.example',
        code: 'CALL_FAILED',
        reason: 'the chain’s endpoint ws://a.example failed: "…"',
        hint: 'wait',
        retryMs: 1_500,
      },
      'WARN  chainEndpointFailed: the chain’s endpoint ws://a.example failed: "…" (tried again in 2 s); try: wait',
    ],
    [
      'a clock that is wrong',
      { level: 'warn', event: 'chainClock', endpoint: 'ws://a.example', offByMs: -5_400, hint: 'synchronize it' },
      "WARN  chainClock: this machine's clock is 5 s or more behind the chain's; try: synchronize it",
    ],
    ['an end', { event: 'stopped', inTime: false, lost: 1 }, 'INFO  stopped: 1 request was lost'],
    [
      'any other event',
      {
        level: 'warn',
        event: 'wallet',
        message: 'the file can be read by others',
        hint: 'chmod 600 it',
        path: '/a b',
        n: 3,
      },
      'WARN  wallet: the file can be read by others path="/a b" n=3; try: chmod 600 it',
    ],
    ['an event of a plugin that has the name of ours', { event: 'strangers', of: 'ours' }, 'INFO  strangers: of=ours'],
  ]
  for (const [what, record, line] of lines)
    it(`shows ${what}`, () => {
      assert.equal(lineOf(record), line)
    })

  it('fits 80 columns, or those of a wider terminal; a failure may take two rows', () => {
    const reason = 'x'.repeat(500)
    const refused = { ...request, event: 'refused', status: 429, reason }
    const failed = { ...refused, event: 'failed' }
    const all = lineOf(refused, null).length
    assert.ok(all > 500)
    for (const [columns, ofRefused, ofFailed] of [
      [40, 80, 160],
      [80, 80, 160],
      [200, 200, 200],
    ] as const)
      assert.deepEqual(
        [refused, failed].map(record => clock.length + 1 + lineOf(record, columns).length),
        [ofRefused, ofFailed],
      )
  })

  it('colours by status, and by level', () => {
    const coloured = (record: object) =>
      textLine({ level: 'info', time, ...record }, { isColoured: true, columns: 80 }).slice(clock.length)
    const status = (event: string, code: number) => coloured({ ...request, event, status: code })
    assert.ok(status('answered', 200).includes('\u001b[32m200\u001b[39m'))
    assert.ok(status('refused', 403).includes('\u001b[33m403\u001b[39m'))
    assert.ok(status('failed', 504).includes('\u001b[31m504\u001b[39m'))
    assert.ok(coloured({ event: 'wallet', level: 'warn' }).includes('\u001b[33mWARN '))
  })

  it('shows control characters of whoever asked as text', async () => {
    const lines: string[] = []
    const toText = (line: string) => lines.push(textLine(JSON.parse(line), { isColoured: false, columns: null }))
    const log = await createLog({ level: 'info', secrets: [], output: { write: toText } })
    const poison = '\u001b[2J\u009b2J\r\n\u202e'
    log.info({ ...request, event: 'refused', status: 404, synapse: poison, reason: poison })
    log.info({ event: poison, [poison]: poison, error: new Error(poison) })
    assert.equal(lines.length, 2)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the test looks for them
    for (const line of lines) assert.doesNotMatch(line.slice(0, -1), /[\u0000-\u001f\u007f-\u009f\u202e]/)
  })
})
