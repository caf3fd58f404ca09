import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { liveMiner } from '../support/cli.ts'
import { type MinerProcess, runMiner, startMiner } from '../support/miner-process.ts'
import { said, startModelServer } from '../support/model-server.ts'
import { alice } from '../support/signed-request.ts'
import { hasTerminal, onTerminal } from '../support/terminal.ts'

const query = (url: string, ...args: string[]) => ['query', '--dev', '--url', url, ...args, 'hi']

/** A model that answers only the first questions. */
async function startStallingModel(answers: number) {
  let asked = 0
  return startModelServer((response, request) => (asked++ < answers ? said('Hello')(response, request) : undefined))
}

describe('miner query --count', () => {
  let miner: MinerProcess
  before(async () => {
    miner = await startMiner(['serve', '--dev', '--use', 'echo', '--axon-port', '0'])
  })
  after(() => miner[Symbol.asyncDispose]())

  it('asks that many times, and prints how many replies came by status, how many a second, and how fast', async () => {
    await using other = await startMiner(['serve', '--dev', '--use', 'echo', '--axon-port', '0'])
    const { code, stdout, stderr } = await runMiner(query(other.url, '--count', '40', '--concurrency', '4'))
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    assert.match(
      stdout,
      /^asked 40 questions in [\d.]+ m?s, 4 at once, and got 40 answers\n\nSTATUS +COUNT +PER SECOND +P50 +P99 +MEANING\n200 +40 +[\d.,]+ +[\d.,]+ ms +[\d.,]+ ms +answered\n$/,
    )
    await other.stop()
    const answered = other.records.filter(({ event }) => event === 'answered')
    assert.equal(answered.length, 40)
  })

  it('gives one JSON document with --json', async () => {
    const { code, stdout, stderr } = await runMiner(query(miner.url, '--count', '5', '--concurrency', '8', '--json'))
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    const { ms, perSecond, p50Ms, p99Ms, ...document } = JSON.parse(stdout)
    const status = { status: 200, count: 5, perSecond, p50Ms, p99Ms }
    assert.deepEqual(document, { count: 5, concurrency: 8, replies: 5, answered: 5, statuses: [status] })
    assert.ok(p50Ms > 0 && p50Ms <= p99Ms && p99Ms <= ms + 1, stdout)
    assert.ok(perSecond >= 5000 / (ms + 1) && perSecond <= 5000 / Math.max(1, ms - 1), stdout)
  })

  it('tells of streams how soon they begin', async () => {
    const { code, stdout } = await runMiner(query(miner.url, '--count', '5', '--stream', '--json'))
    const { firstP50Ms, firstP99Ms, p99Ms, statuses } = JSON.parse(stdout)
    assert.deepEqual([code, statuses.length, statuses[0].count], [0, 1, 5])
    assert.ok(firstP50Ms > 0 && firstP50Ms <= firstP99Ms && firstP99Ms <= p99Ms, stdout)
    const words = await runMiner(query(miner.url, '--count', '2', '--stream'))
    assert.match(words.stdout, /^STATUS +COUNT +PER SECOND +FIRST P50 +FIRST P99 +P50 +P99 +MEANING$/m)
  })

  it('exits with 1 when some were not answered, and says once what each status means', async () => {
    const held = Promise.withResolvers<void>()
    await using model = await startModelServer((response, request) =>
      held.promise.then(() => said('Hello')(response, request)),
    )
    const places = ['--concurrency', '1', '--queue', '1']
    await using busy = await startMiner(['serve', '--dev', '--axon-port', '0', '--base-url', model.url, ...places])
    await using run = liveMiner(query(busy.url, '--count', '5', '--concurrency', '5', '--timeout', '60s'))
    // One is at work, one waits, and three are refused.
    const refused = () => busy.records.filter(({ event }) => event === 'refused').length
    while (refused() < 3) await busy.next('refused')
    held.resolve()
    const { code, stdout, stderr } = await run.ended
    assert.equal(code, 1, stdout)
    assert.match(stdout, /^asked 5 questions in .*, 5 at once, and got 2 answers\n/)
    assert.match(stdout, /^200 +2 .* answered\n503 +3 .* AXON_UNAVAILABLE$/m)
    assert.match(stderr, /^503: the axon cannot answer now: Too many requests are waiting\n {2}try: .*\n$/)
  })

  it('exits with 1 when none was answered', async () => {
    const wrong = await runMiner(query(miner.url, '--count', '3', '--receiver', alice.address, '--json'))
    const { answered, perSecond, p50Ms, p99Ms, statuses } = JSON.parse(wrong.stdout)
    assert.deepEqual([wrong.code, wrong.stderr, answered, perSecond, p50Ms, p99Ms], [1, '', 0, 0, null, null])
    assert.deepEqual([statuses[0].status, statuses[0].count, statuses[0].error.code], [401, 3, 'SIGNATURE_MISMATCH'])
    const { code, stdout, stderr } = await runMiner(query('http://127.0.0.1:1', '--count', '2'))
    assert.equal(code, 1)
    assert.match(
      stdout,
      /^asked 2 questions in .*, one after another, and got 0 answers\n\n.*\nerror +2 .* AXON_UNREACHABLE\n$/,
    )
    assert.match(stderr, /^error: no axon can be reached at 127\.0\.0\.1:1\n {2}try: .*\n$/)
  })

  it('has at most --concurrency questions on the way, each with its own nonce, and no two with one UUID', async () => {
    const seen: { readonly nonce: unknown; readonly uuid: unknown; readonly open: number }[] = []
    const waiting: ServerResponse[] = []
    const release = () => {
      const head = { 'content-type': 'application/json', bt_header_axon_status_code: '200' }
      waiting.shift()!.writeHead(200, head).end('{"roles": ["user"], "messages": ["hi"], "completion": "x"}')
      if (seen.length === 7 && waiting.length > 0) release()
    }
    const onRequest = ({ headers }: IncomingMessage, response: ServerResponse) => {
      waiting.push(response)
      const { bt_header_dendrite_nonce: nonce, bt_header_dendrite_uuid: uuid } = headers
      seen.push({ nonce, uuid, open: waiting.length })
      // Later, so that a question too many has time to come.
      if (waiting.length === 3) setTimeout(release, 50)
    }
    const server = createServer((request, response) => request.resume().on('end', () => onRequest(request, response)))
    await using _closing = { [Symbol.asyncDispose]: async () => void server.close().closeAllConnections() }
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const asked = runMiner(query(url, '--count', '7', '--concurrency', '3', '--json'))
    const { code, stdout } = await asked
    assert.deepEqual([code, JSON.parse(stdout).answered], [0, 7])
    assert.equal(Math.max(...seen.map(({ open }) => open)), 3)
    assert.equal(new Set(seen.map(({ nonce }) => nonce)).size, 7)
    assert.equal(new Set(seen.map(({ uuid }) => uuid)).size, 3)
  })

  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    it(`prints on ${signal} what there is, exits with ${code}, and hangs up`, async () => {
      await using model = await startStallingModel(3)
      await using slow = await startMiner(['serve', '--dev', '--axon-port', '0', '--base-url', model.url])
      await using run = liveMiner(query(slow.url, '--count', '100'))
      const last = await model.arrived(3)
      run.child.kill(signal)
      const ended = await run.ended
      assert.deepEqual([ended.code, ended.signal, ended.stderr], [code, null, ''])
      assert.match(ended.stdout, /^asked 3 of 100 questions in .*, and got 3 answers\n\nSTATUS .*\n200 +3 .*\n$/)
      assert.deepEqual(await last.over, { left: true })
    })

  it('prints on Ctrl-C one JSON document with --json', async () => {
    await using model = await startStallingModel(0)
    await using slow = await startMiner(['serve', '--dev', '--axon-port', '0', '--base-url', model.url])
    await using run = liveMiner(query(slow.url, '--count', '100', '--concurrency', '2', '--json'))
    await model.arrived(1)
    run.child.kill('SIGINT')
    const { code, stdout, stderr } = await run.ended
    const { ms: _, ...document } = JSON.parse(stdout)
    const none = { replies: 0, answered: 0, perSecond: 0, p50Ms: null, p99Ms: null, statuses: [] }
    assert.deepEqual(document, { count: 100, concurrency: 2, ...none })
    assert.deepEqual({ code, stderr }, { code: 130, stderr: '' })
  })

  describe('on a terminal', () => {
    before(function () {
      if (!hasTerminal()) this.skip()
    })
    const ERASE = '\r\u001b[2K'

    for (const columns of [40, 100])
      it(`of ${columns} columns shows a bar, which makes room for the summary on Ctrl-C`, async () => {
        await using model = await startStallingModel(3)
        await using slow = await startMiner(['serve', '--dev', '--axon-port', '0', '--base-url', model.url])
        const env = { TERM: 'xterm-256color', NO_COLOR: '1' }
        await using run = onTerminal(query(slow.url, '--count', '10'), { env, columns })
        await run.says('3 of 10 ')
        run.child.stdin.write('\u0003')
        const { code, stdout } = await run.ended
        assert.equal(code, 130)
        const parts = stdout.replaceAll('^C', '').split(ERASE)
        const frames = parts.filter(part => /^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] /.test(part))
        assert.ok(frames.length > 0 && frames.every(frame => frame.length < columns), stdout)
        const bar = columns === 40 ? '██████░░░░░░░░░░░░░░░░░' : '█████████░░░░░░░░░░░░░░░░░░░░░'
        assert.ok(
          frames.some(frame => frame.includes(` ${bar} 3 of 10 (`)),
          stdout,
        )
        assert.match(
          parts.at(-1)!,
          /^asked 3 of 10 questions in [\d.]+ s,\s+one\s+after\s+another,\s+and\s+got\s+3\s+answers\r\n/,
        )
      })
  })
})
