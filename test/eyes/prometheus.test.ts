import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { run, type Server, startServer } from '../support/child-process.ts'
import { type MinerProcess, startMiner } from '../support/miner-process.ts'
import { answered, type Behaviour, said, startModelServer } from '../support/model-server.ts'
import { alice, charlie, dave, send, signedRequest } from '../support/signed-request.ts'

/** Answers with what it used, and fails when it is asked to. */
const model: Behaviour = async (response, request) => {
  const failing = JSON.stringify(request.body).includes('fail')
  await (failing ? answered(400, { error: { message: 'no' } }) : said('Hello'))(response, request)
}

/** Fewer than the axon checks of one address at once. */
const MOST_FORGED = 40

describe('Prometheus', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'miner-prometheus-'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  const start = async (baseUrl: string, args: readonly string[] = []): Promise<MinerProcess & { admin: string }> => {
    const all = ['serve', '--dev', '--axon-port', '0', '--admin-port', '0', '--base-url', baseUrl, ...args]
    const miner = await startMiner(all, { env: { MINER_DATA_DIR: join(folder, 'data') } })
    const { url } = miner.records.find(({ event }) => event === 'adminOpened')!
    return Object.assign(miner, { admin: String(url) })
  }

  it('reads figures that equal those of the load, while it comes', async () => {
    await using server = await startModelServer(model)
    await using miner = await start(server.url)
    await using prometheus = await startPrometheus(folder, { target: new URL(miner.admin).host })
    const sent = { answered: 0, failed: 0, refused: 0 }
    const seconds: number[] = []
    const ask = async (by: typeof alice, kind: keyof typeof sent) => {
      const fields = { roles: ['user'], messages: [kind === 'failed' ? 'fail' : 'hello'], completion: '' }
      const at = performance.now()
      const { status } = await send(
        miner.url,
        signedRequest({ by, fields, ...(kind === 'refused' && { text: 'forged' }) }),
      )
      if (kind === 'answered') seconds.push((performance.now() - at) / 1000)
      assert.equal(status, { answered: 200, failed: 502, refused: 401 }[kind])
      sent[kind]++
    }
    // Until Prometheus has looked a few times, so that it does so under load.
    let batches = 0
    for (; batches < 40 || (await scrapes(prometheus)) < 3; batches++)
      await Promise.all([
        ...Array.from({ length: 6 }, () => ask(alice, 'answered')),
        ask(charlie, 'answered'),
        ask(dave, 'failed'),
        // For more of them the address gets 429.
        ...(batches < MOST_FORGED ? [ask(alice, 'refused')] : []),
      ])
    await looked(prometheus)
    const sum = (expression: string) => query(prometheus, `sum(${expression})`)
    assert.equal(await sum('miner_requests_total'), sent.answered + sent.failed + sent.refused)
    for (const outcome of ['answered', 'failed', 'refused'] as const)
      assert.equal(await sum(`miner_requests_total{outcome="${outcome}",synapse="Prompting"}`), sent[outcome], outcome)
    assert.equal(await sum('miner_requests_total{code="NOT_VERIFIED"}'), sent.refused)
    assert.equal(await sum('miner_unproven_requests_total'), sent.refused)
    assert.equal(await sum('miner_strangers_total'), 0)
    const ofCaller = (by: typeof alice) => sum(`miner_caller_requests_total{hotkey="${by.address}"}`)
    assert.deepEqual(
      [await ofCaller(alice), await ofCaller(charlie), await ofCaller(dave)],
      [6 * batches, batches, batches],
    )
    assert.equal(await sum('miner_attempts_total{error=""}'), sent.answered)
    assert.equal(await sum('miner_attempts_total{error!=""}'), sent.failed)
    const asked = server.requests.length
    assert.equal(await sum('miner_attempts_total'), asked)
    assert.equal(await sum('miner_answer_duration_seconds_count'), sent.answered)
    assert.equal(await sum('miner_first_token_seconds_count'), sent.answered)
    assert.equal(await sum('miner_queue_wait_seconds_count'), sent.answered + sent.failed)
    // The caller's clock also counts the way there and back.
    const took = seconds.reduce((one, other) => one + other, 0)
    assert.ok((await sum('miner_answer_duration_seconds_sum')) <= took)
    assert.equal(await sum('miner_places_at_work'), 0)
    assert.equal(await sum('miner_endpoint_breaker{state="closed"}'), 1)
    assert.equal((await sum('process_start_time_seconds > 0')) > 0, true)
  })

  it('is let in with the token where other machines reach the port, and not without it', async () => {
    await using server = await startModelServer()
    await using miner = await start(server.url, ['--admin-host', '0.0.0.0'])
    const target = new URL(miner.admin).host
    const tokenFile = join(folder, 'data/admin/token')
    await using outside = await startPrometheus(folder, { target })
    await looked(outside, 0)
    assert.equal(await query(outside, 'sum(up)'), 0)
    await using inside = await startPrometheus(folder, { target, tokenFile })
    await looked(inside)
    assert.equal(await query(inside, 'sum(miner_info)'), 1)
    assert.ok(readFileSync(tokenFile, 'utf8').length > 40)
  })

  it('finds no fault with the names, the units and the help of the metrics (promtool)', async () => {
    await using server = await startModelServer(model)
    await using miner = await start(server.url)
    await send(miner.url, signedRequest())
    const metrics = await (await fetch(`${miner.admin}/metrics`)).text()
    assert.match(metrics, /^miner_tokens_total\{/m)
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: metrics, encoding: 'utf8' })
    assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: '', stderr: '' })
  })
})

type Prometheus = Server<string>

/** Starts Debian's Prometheus with one target, which it looks at each second. Its URL is `ready`. */
async function startPrometheus(
  folder: string,
  { target, tokenFile }: { readonly target: string; readonly tokenFile?: string },
): Promise<Prometheus> {
  const own = mkdtempSync(join(folder, 'server-'))
  const job = { job_name: 'miner', static_configs: [{ targets: [target] }] }
  const authorization = tokenFile && { authorization: { credentials_file: tokenFile } }
  // JSON is YAML, too.
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [{ ...job, ...authorization }],
  }
  writeFileSync(join(own, 'prometheus.yml'), JSON.stringify(config))
  const checked = await run('promtool', ['check', 'config', join(own, 'prometheus.yml')])
  assert.equal(checked.code, 0, checked.stderr)
  const args = [
    `--config.file=${own}/prometheus.yml`,
    `--storage.tsdb.path=${own}/data`,
    '--web.listen-address=127.0.0.1:0',
  ]
  return await startServer('prometheus', args, {
    output: 'stderr',
    readyOf: line => {
      const [, address] = /msg="Listening on" address=(\S+)/.exec(line) ?? []
      return address && `http://${address}`
    },
  })
}

type Queried = {
  readonly status: string
  readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] }
  readonly error?: string
}

/** Returns the value of an expression; 0 when it has none. */
async function query({ ready }: Prometheus, expression: string): Promise<number> {
  const reply = await fetch(`${ready}/api/v1/query?query=${encodeURIComponent(expression)}`)
  if (reply.status === 503) return 0 // it starts
  const { status, data, error } = (await reply.json()) as Queried
  assert.equal(status, 'success', `${expression}: ${error}`)
  return Number(data.result[0]?.value[1] ?? 0)
}

/** Returns how often Prometheus has looked at its target. */
function scrapes(prometheus: Prometheus): Promise<number> {
  return query(prometheus, 'count_over_time(up[1h])')
}

/** Waits until Prometheus has looked again, from the beginning to the end. @param up whether it got figures */
async function looked(prometheus: Prometheus, up: 0 | 1 = 1): Promise<void> {
  const before = await scrapes(prometheus)
  // The look that goes on may have begun before.
  while ((await scrapes(prometheus)) < before + 2 || (await query(prometheus, 'min(up)')) !== up) await setTimeout(100)
}
