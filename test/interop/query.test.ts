import assert from 'node:assert/strict'
import { developmentKeys } from '#dist/keys/development-keys.js'
import { closedPort } from '../support/chain/watched-chain.ts'
import { spawnMiner } from '../support/miner-process.ts'
import { answered, startModelServer } from '../support/model-server.ts'
import { type PythonAxon, sdkVersions, startPythonAxon } from '../support/python.ts'

const [, bob, charlie] = developmentKeys

/** `miner query --dev --json`, and what it printed. */
async function query(...args: string[]) {
  const { code, stdout, stderr } = await spawnMiner(['query', ...args, '--dev', '--json'])
  assert.notEqual(stdout, '', stderr)
  return { code, ...(JSON.parse(stdout) as Queried) }
}

type Queried = {
  completion: string | null
  status: number | null
  message: string
  axonMs: number | null
  firstMs?: number
  pieces?: number
  ms: number
}

for (const version of sdkVersions) {
  describe(`miner query, to the axon of SDK ${version},`, () => {
    let axon: PythonAxon

    before(async () => {
      axon = await startPythonAxon(version)
    })
    after(() => axon?.[Symbol.asyncDispose]())

    it('prints its answer', async () => {
      const { code, stdout } = await spawnMiner(['query', 'hello', '--dev', '--url', axon.url])
      assert.equal(stdout, 'echo: hello\n')
      assert.equal(code, 0)
    })

    it('prints the answer of an async forward', async () => {
      await using other = await startPythonAxon(version, ['--async-forward'])
      const { code, axonMs, ms, ...reply } = await query('hello', '--url', other.url)
      assert.deepEqual(reply, { completion: 'echo: hello', status: 200, message: 'Success' })
      assert.ok(axonMs !== null && axonMs >= 0 && axonMs <= ms, `${axonMs} of ${ms} ms`)
      assert.equal(code, 0)
    })

    it('asks it many times, several at once', async () => {
      const args = ['query', '--count', '200', '--concurrency', '16', '--dev', '--json', 'hello', '--url', axon.url]
      const { code, stdout } = await spawnMiner(args)
      const { answered, statuses } = JSON.parse(stdout)
      assert.deepEqual([code, answered], [0, 200], JSON.stringify(statuses))
    })

    it('asks a conversation', async () => {
      const conversation = ['--roles', 'system,user', '--messages', 'Be brief, please.', 'Say "it\'s"\n\\o/ 👋']
      const { status, completion } = await query(...conversation, '--url', axon.url)
      assert.deepEqual([status, completion], [200, 'echo: Say "it\'s"\n\\o/ 👋'])
    })

    it('asks what an older Python hashes in another way', async () => {
      const { status, completion } = await query('\u{1FAE8} \u{1FADC} \u00a0 \u200d', '--url', axon.url)
      assert.deepEqual([status, completion], [200, 'echo: \u{1FAE8} \u{1FADC} \u00a0 \u200d'])
    })

    it('prints a streamed answer', async () => {
      const words = 'wörld 👋🏽 e\u0301\nשלום \u{1FAE8}'
      const { stdout, stderr } = await spawnMiner(['query', words, '--stream', '--dev', '--url', axon.url])
      assert.equal(stdout, `echo: ${words}\n`)
      assert.match(stderr, /^\d+ pieces?, the first after /)
      const { status, message, completion, pieces, firstMs, ms } = await query(words, '--stream', '--url', axon.url)
      assert.deepEqual([status, message, completion], [200, 'Success', `echo: ${words}`])
      assert.ok(pieces! > 0 && firstMs! <= ms)
    })

    it('explains that a streamed answer was not whole in time, and prints what came', async () => {
      await using other = await startPythonAxon(version, ['--delay', '60'])
      const args = ['query', 'hello', '--stream', '--dev', '--url', other.url, '--timeout', '2s']
      const { code, stdout, stderr } = await spawnMiner(args)
      assert.deepEqual({ code, stdout }, { code: 1, stdout: 'echo: \n' })
      assert.match(
        stderr,
        /^1 piece, .*\nerror: the reply was not complete in time: Request timeout after 2\.0 seconds/,
      )
    })

    it('explains that it signed for another hotkey', async () => {
      const args = ['query', 'hello', '--dev', '--url', axon.url, '--receiver', charlie.address]
      const { code, stdout, stderr } = await spawnMiner(args)
      assert.match(stderr, /^401: the signature does not match/)
      assert.match(stderr, /try: .*--receiver/)
      assert.equal(stdout, '')
      assert.equal(code, 1)
    })

    it('explains that the axon does not answer it', async () => {
      await using other = await startPythonAxon(version, ['--blacklist', 'not you'])
      const { code, stderr } = await spawnMiner(['query', 'hello', '--dev', '--url', other.url])
      assert.match(stderr, /^403: the axon does not answer this hotkey: Forbidden\. Key is blacklisted: not you\./)
      assert.equal(code, 1)
    })

    it('explains that the answer is late', async () => {
      await using other = await startPythonAxon(version, ['--async-forward', '--delay', '60'])
      const { code, stderr } = await spawnMiner(['query', 'hello', '--dev', '--url', other.url, '--timeout', '500ms'])
      assert.match(stderr, /^error: the reply was not complete in time: Request timeout after 0\.5 seconds/)
      assert.match(stderr, /try: .*--timeout/)
      assert.equal(code, 1)
    })
  })
}

describe('miner query', () => {
  it('explains that nobody listens', async () => {
    const { port } = await closedPort()
    const reply = await query('hello', '--url', `http://127.0.0.1:${port}`)
    assert.deepEqual(
      [reply.code, reply.status, reply.message, reply.completion],
      [1, 503, `Service unavailable at 127.0.0.1:${port}/Prompting`, null],
    )
    const { stderr } = await spawnMiner(['query', 'hello', '--dev', '--url', `http://127.0.0.1:${port}`])
    assert.match(stderr, /^error: no axon can be reached at /)
    assert.match(stderr, /try: .*firewall/)
  })

  it('explains that there is no axon, but something else', async () => {
    await using website = await startModelServer(answered(404, '<h1>Not here</h1>', { 'content-type': 'text/html' }))
    const { code, stderr } = await spawnMiner(['query', 'hello', '--dev', '--url', new URL(website.url).origin])
    assert.match(stderr, /^error: the reply is not a synapse/)
    assert.match(stderr, /try: check that --url names an axon/)
    assert.equal(code, 1)
    assert.equal(website.requests[0]!.headers.bt_header_axon_hotkey, bob.address)
  })
})
