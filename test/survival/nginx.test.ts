import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startMiner } from '../support/miner-process.ts'
import { alice, send, signedRequest } from '../support/signed-request.ts'
import { freePort, startRedis } from './start-redis.ts'

const page = readFileSync('docs/replicas.md', 'utf8')
const [, conf = ''] = /```nginx\n(.*?)```/s.exec(page)!
const wallets = fileURLToPath(new URL('../fixtures/wallets', import.meta.url))

describe('docs/replicas.md', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'miner-nginx-'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('has a configuration of nginx with which four replicas answer each request once, whole and streamed', async () => {
    await using redis = await startRedis()
    const start = () => startMiner([...serve, '--axon-port', '0'], { env: { MINER_AXON_STORE: redis.url } })
    await using one = await start()
    await using two = await start()
    await using three = await start()
    await using four = await start()
    const miners = [one, two, three, four]
    await using nginx = await startNginx(
      folder,
      miners.map(({ port }) => port),
    )
    const untils = miners.map(
      ({ records }) => records.find(({ event }) => event === 'noncesUnknown')!.untilMs as number,
    )
    await setTimeout(Math.max(0, Math.max(...untils) - Date.now() + 2))

    for (let at = 0; at < 8; at++) {
      const sent = signedRequest()
      assert.equal((await send(nginx.url, sent)).status, 200)
      for (const { url } of [nginx, nginx, ...miners]) assert.equal((await send(url, sent)).status, 401)
    }
    const answered = miners.map(({ records }) => records.filter(({ event }) => event === 'answered').length)
    assert.ok(Math.max(...answered) < 8, `one replica got all: ${answered}`)

    const streamed = await send(nginx.url, signedRequest({ synapse: 'StreamPrompting' }))
    assert.deepEqual([streamed.status, streamed.text], [200, 'hi'])

    // As if the request had come from there: another trusted proxy in front of nginx tells so.
    const headers = { 'x-forwarded-for': '203.0.113.9' }
    const got = await send(nginx.url, signedRequest({ headers }))
    assert.equal(got.json.dendrite.ip, '203.0.113.9')

    await two.stop()
    for (let at = 0; at < 8; at++) assert.equal((await send(nginx.url, signedRequest())).status, 200)
  })

  it('says that without underscores_in_headers nothing is signed', async () => {
    await using miner = await startMiner(['serve', '--dev', '--use', 'echo', '--axon-port', '0'])
    await using nginx = await startNginx(folder, [miner.port], conf.replace('underscores_in_headers on;', ''))
    const got = await send(nginx.url, signedRequest())
    assert.equal(got.status, 401)
  })
})

const serve = [
  ...['serve', '--use', 'echo', '--network', 'none', '--allow', alice.address],
  ...['--axon-host', '127.0.0.1', '--wallet-path', wallets, '--wallet-name', 'plain'],
  ...['--store-secret', 'a secret of the replicas', '--trusted-proxy', '127.0.0.1'],
]

/** Starts nginx in front of axons, with the configuration of the page but for the ports. */
async function startNginx(folder: string, ports: readonly number[], site = conf) {
  const port = await freePort()
  const servers = ports.map(one => `    server 127.0.0.1:${one};\n`).join('')
  const own = site
    .replace(/( +server 127\.0\.0\.1:\d+;\n)+/, servers)
    .replace('listen 8091', `listen 127.0.0.1:${port}`)
  assert.ok(own.includes(servers) && own.includes(`:${port}`))
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(kind => `${kind}_temp_path ${folder}/${kind};`)
  const main = `pid ${folder}/nginx.pid; error_log stderr; daemon off; worker_processes 1; events {}
    http { access_log off; ${paths.join(' ')} ${own} }`
  writeFileSync(join(folder, 'nginx.conf'), main)
  const child = spawn('nginx', ['-e', 'stderr', '-c', join(folder, 'nginx.conf')], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
  })
  const url = `http://127.0.0.1:${port}`
  while (!(await fetch(`${url}/healthz`).catch(() => null))) {
    assert.equal(child.exitCode, null, 'nginx ended')
    await setTimeout(50)
  }
  return {
    url,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.kill('SIGQUIT')
      await ended
    },
  }
}
