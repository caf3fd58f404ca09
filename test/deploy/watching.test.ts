import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { parse } from 'yaml'
import { startMiner } from '../support/miner-process.ts'
import { send, signedRequest } from '../support/signed-request.ts'

type Panel = { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }
type Rule = { readonly alert: string; readonly expr: string }

const dashboard: { readonly panels: readonly Panel[] } = JSON.parse(
  readFileSync('deploy/grafana/dashboard.json', 'utf8'),
)
const queries = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({ from: title, expr })),
)
const rules: readonly Rule[] = parse(readFileSync('deploy/prometheus/alerts.yml', 'utf8')).groups[0].rules

describe('what watches a miner', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'miner-watching-'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('asks for metrics that there are, in each query of Grafana and in each alert rule', async () => {
    await using miner = await startMiner(['serve', '--dev', '--use', 'echo', '--axon-port', '0', '--admin-port', '0'])
    await send(miner.url, signedRequest())
    const { url } = miner.records.find(({ event }) => event === 'adminOpened')!
    const shown = await (await fetch(`${url}/metrics`)).text()
    const known = new Set(['up', ...namesIn(shown), ...namesInSource()])
    assert.ok(known.size > 60)
    const asked = [...queries, ...rules.map(({ alert, expr }) => ({ from: alert, expr }))]
    assert.ok(asked.length > 40)
    for (const { from, expr } of asked) {
      const names = metricsOf(expr)
      assert.ok(names.length > 0, `${from}: ${expr}`)
      assert.deepEqual(
        names.filter(name => !known.has(name)),
        [],
        `${from}: ${expr}`,
      )
    }
  })

  it('has queries that Prometheus can read', () => {
    const read = queries.map(({ expr }, at) => ({
      record: `query_${at}`,
      expr: expr.replaceAll('$instance', '.*').replaceAll('$__rate_interval', '5m'),
    }))
    const file = join(folder, 'queries.yml')
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'queries', rules: read }] }))
    promtool('check', 'rules', file)
  })

  it('has alert rules that fire when they should, and only then', () => {
    promtool('check', 'rules', 'deploy/prometheus/alerts.yml')
    promtool('test', 'rules', 'test/deploy/alerts.yml')
    const tested = readFileSync('test/deploy/alerts.yml', 'utf8')
    for (const { alert } of rules)
      assert.ok(tested.includes(`alertname="${alert}", alertstate="firing"`) || alert === 'MinerDown', alert)
  })

  it('has a configuration of Prometheus for the compose file, whose miner lets it in with the token only', async () => {
    promtool('check', 'config', '--syntax-only', 'deploy/prometheus/prometheus.yml')
    const [{ static_configs, authorization }] = parse(
      readFileSync('deploy/prometheus/prometheus.yml', 'utf8'),
    ).scrape_configs
    const [target] = static_configs[0].targets
    const compose = readFileSync('deploy/compose.yml', 'utf8')
    const ofAdmin = [...compose.matchAll(/^ {6}(MINER_ADMIN_\w+): "(.*)"$/gm)].map(([, name, value]) => [name!, value!])
    const file = join(folder, 'admin-token')
    const token = 'a token that no one guesses'.replaceAll(' ', '-')
    writeFileSync(file, `${token}\n`, { mode: 0o600 })
    const env = { ...Object.fromEntries(ofAdmin), MINER_ADMIN_PORT: '0' }
    assert.equal(env.MINER_ADMIN_TOKEN, `file:${authorization.credentials_file}`)
    await using miner = await startMiner(['serve', '--dev', '--use', 'echo', '--axon-port', '0'], {
      env: { ...env, MINER_ADMIN_TOKEN: `file:${file}` },
    })
    const { url } = miner.records.find(({ event }) => event === 'adminOpened')!
    const { port } = new URL(String(url))
    const scrape = (host: string, headers = {}) =>
      new Promise<{ status: number; body: string }>((resolve, reject) => {
        const asked = request({ port, host: '127.0.0.1', path: '/metrics', headers: { ...headers, host } })
        asked.on('error', reject).end()
        asked.on('response', async answer => resolve({ status: answer.statusCode!, body: await text(answer) }))
      })
    const got = await scrape(target, { authorization: `Bearer ${token}` })
    assert.equal(got.status, 200)
    assert.match(got.body, /^miner_info\{/m)
    assert.equal((await scrape(target)).status, 401)
    assert.equal((await scrape('evil.example:9091', { authorization: `Bearer ${token}` })).status, 421)
  })
})

/** The names of all series of what a miner shows. */
function namesIn(metrics: string): readonly string[] {
  return [...metrics.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name, type]) =>
    type === 'histogram' ? ['_bucket', '_sum', '_count'].map(suffix => `${name}${suffix}`) : [name!],
  )
}

/** The names in the source, of which a miner without a chain and without prices shows some only. */
function namesInSource(): readonly string[] {
  const folder = 'src/observe/metrics'
  const code = readdirSync(folder).map(file => readFileSync(join(folder, file), 'utf8'))
  return [...code.join('\n').matchAll(/'(miner_\w+)'/g)].map(([, name]) => name!)
}

/** The metrics that an expression names: its words that are neither labels nor functions nor texts. */
function metricsOf(expr: string): readonly string[] {
  const bare = expr
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, '')
    .replaceAll(/\{[^}]*\}/g, '')
    .replaceAll(/\b(by|on|without|ignoring)\s*\([^)]*\)/g, '')
  return (bare.match(/[a-zA-Z_:][\w:]*(?!\s*\()(?![\w:])/g) ?? [])
    .filter(word => word === 'up' || word.includes('_'))
    .filter(word => !/^(histogram_quantile|__rate_interval)$/.test(word))
}

function promtool(...words: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync('promtool', words, { encoding: 'utf8' })
  assert.equal(status, 0, `${stdout}${stderr}`)
}
