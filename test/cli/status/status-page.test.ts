import assert from 'node:assert/strict'
import { findProblems } from '#dist/cli/status/find-problems.js'
import { statusJson } from '#dist/cli/status/status-json.js'
import { statusPage } from '#dist/cli/status/status-page.js'
import { printedColumns } from '#dist/text/fill.js'
import { now, stateOf, statusOf } from './status-of.ts'

describe('the page of miner status', () => {
  const status = statusOf({ own: { ip: '9.9.9.9', port: 8005, problem: null } })
  const page = (width?: number) => statusPage(status, findProblems(status), width)

  it('shows the chain, this machine, who asked and the problems', () => {
    assert.equal(
      page(),
      `  hotkey        ${status.hotkey} (wallet default/default)
  subnet        33 on finney, 10 neurons
  uid           5, registered at block 3,000,005, 277 d ago
  immunity      over
  stake         123,456,789.01
  rank          5 of 10 by incentive
  incentive     0.00500
  emission      0.0000 in the last epoch

  announced     8.8.8.8:8005, at block 3,500,000, 208 d ago
  this machine  announces 9.9.9.9:8005
  ping          reached in 12 ms, status 403: Forbidden

  endpoint      wss://entrypoint-finney.opentensor.ai, 34 ms, runtime 381
  block         5,000,000, 24 s old
  serve         for 3 d, process 4711, http://127.0.0.1:8091, miner openai, dialect prompting, standings fresh, seen 4 s ago

  connections   12 of 1,024: 5C4hr…o1KY 8, 192.0.2.0/24 4
  bodies        1.1 MiB of 64.0 MiB: 5C4hr…o1KY 1.1 MiB
  checks        0 of 256 waiting
  places        3 of 16 at work, 2 of 64 waiting: 5C4hr…o1KY 2+2, 192.0.2.0/24 1+0
  nonces        1,234 of 1,000,000 remembered
  store         disk

  requests      of the last 60 min
  uid 0         5C4hr…o1KY 1,234 answered, 2 refused, 1 failed, last 2 s ago
  uid 3         5C4hr…hKLr 7 answered, 3 cancelled, last 6 min ago
  others        12 refused
  refused 403   12× BLACKLISTED: validator permit required (uid 1)
  failed 502    1× UPSTREAM_FAILED: it failed
  forged        412× 5C4hr…o1KY from 203.0.113.9, last 3 s ago; 3 verified from there

problem: the chain holds 8.8.8.8:8005, and this machine would announce 9.9.9.9:8005
  try: announce it with miner announce --netuid 33, or name the right address with --axon-external-ip and --axon-external-port
`,
    )
  })

  it('tells where the dashboard is and where its token is, and never the token', () => {
    const admin = { url: 'http://127.0.0.1:9091', tokenFile: '/data/admin/token' }
    const open = statusOf({ admin })
    const text = statusPage(open, findProblems(open), undefined)
    assert.match(text, /^ {2}dashboard {5}http:\/\/127\.0\.0\.1:9091, its token is in \/data\/admin\/token$/m)
    assert.deepEqual((statusJson(open, findProblems(open)) as { admin: unknown }).admin, admin)
  })

  it('shows whose budgets of failed proofs are used up, and whom an axon refuses because its event loop is late', () => {
    const overload = { loopDelayMs: 1_234, sheds: 'unpermitted' } as const
    const failedProofs = { usedUp: 1_001, addresses: ['192.0.2.7', '192.0.2.8'] }
    const state = stateOf({ load: { ...stateOf().load!, failedProofs, overload } })
    const overloaded = statusOf({ serving: { state, problem: null, isRunning: true } })
    const text = statusPage(overloaded, findProblems(overloaded), undefined)
    assert.match(text, /^ {2}proofs {8}failed too often from 1,001 addresses: 192\.0\.2\.7, 192\.0\.2\.8$/m)
    assert.match(
      text,
      /^ {2}overload {6}the event loop is 1,234 ms late, so the axon refuses strangers, and hotkeys without a permit$/m,
    )
  })

  it('shows no load of a miner that has ended, on the page and in JSON', () => {
    const { requests } = stateOf()
    const callers = requests.callers.map(caller => ({ ...caller, rateLeft: 1.7 }))
    const serving = (isRunning: boolean) => ({
      state: stateOf({ stoppedAt: isRunning ? null : now, requests: { ...requests, callers } }),
      problem: null,
      isRunning,
    })
    const shown = [true, false].map(isRunning => {
      const status = statusOf({ serving: serving(isRunning) })
      const findings = findProblems(status)
      const json = JSON.parse(JSON.stringify(statusJson(status, findings)))
      const { load, requests } = json.serving
      return [
        /^ {2}connections /m.test(statusPage(status, findings, undefined)),
        load !== null,
        requests.callers[0].rateLeft,
      ]
    })
    assert.deepEqual(shown, [
      [true, true, 1],
      [false, false, null],
    ])
  })

  for (const width of [40, 80, 120])
    it(`fits a terminal of ${width} columns`, () => {
      const lines = page(width).split('\n')
      // A hotkey and a URL stay whole, so that they can be copied.
      const long = lines.filter(line => printedColumns(line) > width).map(line => line.trim().split(/ +/).at(-1))
      assert.deepEqual(long, width === 40 ? [status.hotkey, 'wss://entrypoint-finney.opentensor.ai,'] : [])
    })

  it('gives a neuron without an incentive no rank', () => {
    const poor = statusOf({}, { incentive: 0 })
    assert.match(statusPage(poor, findProblems(poor), 80), /^ {2}rank {10}none while its incentive is 0$/m)
    const { neuron } = statusJson(poor, findProblems(poor)) as { neuron: { place: number | null } }
    assert.equal(neuron.place, null)
  })

  it('tells of an address that answers, but not as an axon, without a status that it never sent', () => {
    const ping = { found: 'other', status: null, message: 'Failed to parse response', hotkey: null, ms: 7 } as const
    const elsewhere = statusOf({ ping })
    const text = statusPage(elsewhere, findProblems(elsewhere), 80)
    assert.match(text, /^ {2}ping {10}answered in 7 ms, but not by an axon: Failed to parse response$/m)
  })

  it('escapes what others wrote, and names twenty callers', () => {
    const caller = stateOf().requests.callers[0]!
    const requests = { ...stateOf().requests, callers: Array.from({ length: 25 }, () => caller) }
    const state = stateOf({
      requests,
      miner: 'a\u001b[2J',
      problem: { message: '\u009bx', since: now },
      chain: 'stale',
    })
    const ping = {
      found: 'other',
      status: 200,
      message: `\u001b${'x'.repeat(5_000)}`,
      hotkey: '\u202e',
      ms: 1,
    } as const
    const bad = statusOf({ ping, serving: { state, problem: null, isRunning: true } })
    const text = statusPage(bad, findProblems(bad), 80)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
    assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
    assert.ok(text.length < 5_000)
    assert.match(text, /and 5 callers more/)
  })

  it('tells a hotkey that is not registered, and a miner that has not run', () => {
    const serving = { state: null, problem: null, isRunning: false }
    const other = statusOf({ neuron: null, ping: null, serving })
    const text = statusPage(other, findProblems(other), undefined)
    assert.match(text, /^ {2}uid +not registered$/m)
    assert.match(text, /^ {2}announced +nothing$/m)
    assert.match(text, /^ {2}this machine +would announce 8\.8\.8\.8:8005$/m)
    assert.match(text, /^ {2}serve +not known to run on this machine$/m)
  })

  it('has all of it as JSON, with exact amounts and ISO times', () => {
    const document = JSON.parse(JSON.stringify(statusJson(status, findProblems(status))))
    assert.deepEqual(Object.keys(document), [
      'at',
      'hotkey',
      'wallet',
      'netuid',
      'network',
      'registered',
      'neuron',
      'announced',
      'own',
      'ping',
      'chain',
      'serving',
      'admin',
      'live',
      'problems',
      'notes',
    ])
    assert.deepEqual(
      [document.neuron.stake, document.neuron.place, document.neuron.immunityLeftMs],
      ['123456789.012345683', 5, 0],
    )
    assert.deepEqual([document.chain.latencyMs, document.chain.ageMs], [34, 24_000])
    assert.equal(document.serving.requests.callers[0].lastAt, new Date(now - 2_000).toISOString())
    assert.deepEqual(
      document.problems.map(({ code }: { code: string }) => code),
      ['ANNOUNCED_ELSEWHERE'],
    )
  })
})
