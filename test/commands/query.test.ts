import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { fileURLToPath } from 'node:url'
import { liveMiner } from '../support/cli.ts'
import { type MinerProcess, runMiner, startMiner } from '../support/miner-process.ts'
import { startModelServer } from '../support/model-server.ts'
import { alice, bob, charlie } from '../support/signed-request.ts'

const wallets = fileURLToPath(new URL('../fixtures/wallets', import.meta.url))

describe('miner query', () => {
  let miner: MinerProcess
  before(async () => {
    miner = await startMiner(['serve', '--dev', '--use', 'echo', '--axon-port', '0'])
  })
  after(() => miner[Symbol.asyncDispose]())

  it('asks with the hotkey of the wallet', async () => {
    // //Bob of the wallet asks //Bob of the axon.
    const wallet = ['--wallet-path', wallets, '--wallet-name', 'plain']
    const asked = await runMiner(['query', '--url', miner.url, '--receiver', bob.address, ...wallet, 'hi'])
    assert.equal(asked.code, 0, asked.stderr)
    assert.equal(asked.stdout, 'hi\n')
  })

  it('reads its question as miner prompt does', async () => {
    const piped = await runMiner(['query', '--dev', '--url', miner.url], { input: 'from a pipe\n' })
    assert.equal(piped.stdout, 'from a pipe\n')
    const conversation = ['--roles', 'system,user', '--messages', 'a, b', '- c']
    const dashed = await runMiner(['query', '--dev', '--url', miner.url, ...conversation])
    assert.equal(dashed.code, 2)
    assert.match(dashed.stderr, /begins with a dash.*\n {2}try: .*--messages="- like this"\n$/)
  })

  it('says what a refusal means, and exits with 1', async () => {
    const wrong = ['query', '--dev', '--url', miner.url, '--receiver', alice.address, 'hi']
    const { code, stdout, stderr } = await runMiner(wrong)
    assert.deepEqual({ code, stdout }, { code: 1, stdout: '' })
    assert.match(stderr, /^401: .+\n {2}try: .*--receiver.*\n$/)

    const json = await runMiner([...wrong, '--json'])
    const { ms: _ms, axonMs: _axonMs, message, ...reply } = JSON.parse(json.stdout)
    assert.deepEqual(reply, { completion: null, status: 401 })
    assert.match(message, /^Not Verified/)
    assert.deepEqual({ code: json.code, stderr: json.stderr }, { code: 1, stderr: '' })
  })

  it('waits as long as --timeout says', async () => {
    await using axon = await startServer(() => {})
    const { code, stderr } = await runMiner(['query', '--dev', '--url', axon.url, '--timeout', '300ms', 'hi'])
    assert.equal(code, 1)
    assert.match(stderr, /^408: .*\n {2}try: .*--timeout.*\n$/)
  })

  it('ends at once on Ctrl-C, and the axon is told', async () => {
    await using model = await startModelServer(() => {})
    await using slow = await startMiner(['serve', '--dev', '--axon-port', '0', '--base-url', model.url])
    await using run = liveMiner(['query', '--dev', '--url', slow.url, 'hi'])
    const request = await model.arrived(0)
    run.child.kill('SIGINT')
    const { signal, stdout, stderr } = await run.ended
    assert.deepEqual({ signal, stdout, stderr }, { signal: 'SIGINT', stdout: '', stderr: '' })
    assert.deepEqual(await request.over, { left: true })
  })

  it('cannot be made to move a cursor by an axon', async () => {
    await using axon = await startServer((_, response) => {
      response.writeHead(403, { 'content-type': 'application/json', bt_header_axon_status_code: '403' })
      response.end(JSON.stringify({ message: 'Forbidden\u001b[2J\u009b31m\n\u202eerror: forged' }))
    })
    const { code, stderr } = await runMiner(['query', '--dev', '--url', axon.url, 'hi'])
    assert.equal(code, 1)
    assert.match(stderr, /^403: .*\\u001b\[2J\\u009b31m\\u000a\\u202eerror: forged\n {2}try: .*\n$/)
  })

  it('takes no answer that is no text', async () => {
    await using axon = await startServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', bt_header_axon_status_code: '200' })
      response.end(JSON.stringify({ roles: [], messages: [], completion: null }))
    })
    const { code, stdout, stderr } = await runMiner(['query', '--dev', '--url', axon.url, 'hi'])
    assert.deepEqual({ code, stdout }, { code: 1, stdout: '' })
    assert.match(stderr, /^422: the reply is not a synapse: .*\n {2}try: .*\n$/)
  })

  it('needs no settings of a miner, an axon or a policy to be right', async () => {
    const env = { MINER_AXON_PORT: 'many', MINER_POLICY_ALLOW: charlie.address.slice(1), MINER_OPENAI_TOP_P: 'high' }
    const { code, stdout } = await runMiner(['query', '--dev', '--url', miner.url, 'hi'], { env })
    assert.deepEqual({ code, stdout }, { code: 0, stdout: 'hi\n' })
  })
})

async function startServer(listener: RequestListener): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(closed => server.close(closed))
    },
  }
}
