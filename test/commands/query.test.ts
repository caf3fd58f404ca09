import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener, request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { liveMiner } from '../support/cli.ts'
import { type MinerProcess, runMiner, startMiner } from '../support/miner-process.ts'
import { startModelServer } from '../support/model-server.ts'
import { chunk, END, json, rawAxon, SUCCESS, streamHead } from '../support/raw-axon.ts'
import { alice, bob, charlie } from '../support/signed-request.ts'

const wallets = fileURLToPath(new URL('../fixtures/wallets', import.meta.url))

const JSON_TYPE = { 'content-type': 'application/json', bt_header_axon_status_code: '429' }

describe('miner query', () => {
  let miner: MinerProcess
  before(async () => {
    miner = await startMiner(['serve', '--dev', '--use', 'echo', '--axon-port', '0'])
  })
  after(() => miner[Symbol.asyncDispose]())

  it('asks under --dev the port of MINER_AXON_PORT, as miner serve --dev listens there', async () => {
    const asked = (port: string) => runMiner(['query', '--dev', 'hi'], { env: { MINER_AXON_PORT: port } })
    assert.deepEqual((await asked(String(miner.port))).stdout, 'hi\n')
    const free = await asked('0')
    assert.equal(free.code, 2)
    assert.match(free.stderr, /^error: --url is missing: with port 0 \(MINER_AXON_PORT\) the axon picks a free one\n/)
    const wrong = await asked('x')
    assert.equal(wrong.code, 2)
    assert.match(wrong.stderr, /MINER_AXON_PORT/)
  })

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
    const empty = await runMiner(['query', '--dev', '--url', miner.url], { input: '\n' })
    assert.equal(empty.code, 2)
    assert.equal(empty.stderr, 'error: the question is empty\n  try: miner query "What is TAO?"\n')
    const conversation = ['--roles', 'system,user', '--messages', 'a, b', '- c']
    const dashed = await runMiner(['query', '--dev', '--url', miner.url, ...conversation])
    assert.equal(dashed.code, 2)
    assert.match(dashed.stderr, /starts with a dash.*\n {2}try: .*--messages="- like this"\n$/)
  })

  it('tells how long the axon asks to wait', async () => {
    const refuse: RequestListener = (request, response) => {
      request.resume().on('end', () => response.writeHead(429, { 'retry-after': '16', ...JSON_TYPE }).end('{}'))
    }
    const server = createServer(refuse).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const ask = ['query', '--dev', '--url', `http://127.0.0.1:${port}`, 'hi']
    const { code, stderr } = await runMiner(ask)
    assert.deepEqual([code, stderr.includes('try: retry in 16 s, or')], [1, true], stderr)
    assert.partialDeepStrictEqual(JSON.parse((await runMiner([...ask, '--json'])).stdout), { retryAfter: 16 })
    server.close()
  })

  it('says what a refusal means, and exits with 1', async () => {
    const wrong = ['query', '--dev', '--url', miner.url, '--receiver', alice.address, 'hi']
    const { code, stdout, stderr } = await runMiner(wrong)
    assert.deepEqual({ code, stdout }, { code: 1, stdout: '' })
    assert.match(stderr, /^401: .+\n {2}try: .*--receiver.*\nrequest id [0-9a-f-]{36}\n$/)

    const json = await runMiner([...wrong, '--json'])
    const { ms: _ms, axonMs: _axonMs, requestId, message, ...reply } = JSON.parse(json.stdout)
    const [, sentence, hint] = /^401: (.*)\n {2}try: (.*)\n/.exec(stderr)!
    const error = { code: 'SIGNATURE_MISMATCH', message: sentence, hint }
    assert.deepEqual(reply, { completion: null, status: 401, error })
    assert.match(message, /^Not Verified/)
    assert.match(requestId, /^[0-9a-f-]{36}$/)
    assert.deepEqual({ code: json.code, stderr: json.stderr }, { code: 1, stderr: '' })
  })

  it('suspects a proxy that drops headers with underscores, as nginx does by default', async () => {
    await using proxy = await startServer((incoming, reply) => {
      const headers = Object.fromEntries(Object.entries(incoming.headers).filter(([name]) => !name.includes('_')))
      const forwarded = request(new URL(incoming.url!, miner.url), { method: incoming.method!, headers })
      forwarded.on('response', response => {
        reply.writeHead(response.statusCode!, response.headers)
        response.pipe(reply)
      })
      incoming.pipe(forwarded)
    })
    const { code, stderr } = await runMiner(['query', '--dev', '--url', proxy.url, 'hi'])
    assert.equal(code, 1)
    assert.match(stderr, /^401: .+\n {2}try: check the proxy in front of the axon.*underscore.*\nrequest id .*\n$/)
  })

  it('waits as long as --timeout says', async () => {
    await using axon = await startServer(() => {})
    const { code, stderr } = await runMiner(['query', '--dev', '--url', axon.url, '--timeout', '300ms', 'hi'])
    assert.equal(code, 1)
    assert.match(stderr, /^error: .*\n {2}try: .*--timeout.*\n$/)
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
      const headers = { 'content-type': 'application/json', bt_header_axon_status_code: '403' }
      response.writeHead(403, { ...headers, 'x-request-id': 'a\u009b31m' })
      response.end(JSON.stringify({ message: 'Forbidden\u001b[2J\u009b31m\n\u202eerror: forged' }))
    })
    const { code, stderr } = await runMiner(['query', '--dev', '--url', axon.url, 'hi'])
    assert.equal(code, 1)
    assert.match(
      stderr,
      /^403: .*\\u001b\[2J\\u009b31m\\u000a\\u202eerror: forged\n {2}try: .*\nrequest id a\\u009b31m\n$/,
    )
  })

  it('takes no answer that is no text', async () => {
    await using axon = await startServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', bt_header_axon_status_code: '200' })
      response.end(JSON.stringify({ roles: [], messages: [], completion: null }))
    })
    const { code, stdout, stderr } = await runMiner(['query', '--dev', '--url', axon.url, 'hi'])
    assert.deepEqual({ code, stdout }, { code: 1, stdout: '' })
    assert.match(stderr, /^error: the reply is not a synapse: .*\n {2}try: .*\n$/)
  })

  it('needs no settings of a miner, an axon or a policy to be right', async () => {
    const env = { MINER_AXON_PORT: 'many', MINER_POLICY_ALLOW: charlie.address.slice(1), MINER_OPENAI_TOP_P: 'high' }
    const { code, stdout } = await runMiner(['query', '--dev', '--url', miner.url, 'hi'], { env })
    assert.deepEqual({ code, stdout }, { code: 0, stdout: 'hi\n' })
  })
})

describe('miner query --stream', () => {
  const HEAD = streamHead(SUCCESS)
  const query = (url: URL, ...args: string[]) => ['query', '--dev', '--stream', '--url', url.origin, ...args, 'hi']

  it('prints the pieces as they come, and then how soon they came', async () => {
    const rest = Promise.withResolvers<void>()
    await using axon = await rawAxon(async (say, _, { url }) => {
      assert.equal(url, '/StreamPromptingSynapse')
      await say(HEAD)
      await say(chunk('Hel'))
      await rest.promise
      await say(chunk('lo 👋\n'))
      await say(END)
    })
    await using run = liveMiner(query(axon.url))
    await run.says('Hel')
    rest.resolve()
    const { code, stdout, stderr } = await run.ended
    assert.deepEqual({ code, stdout }, { code: 0, stdout: 'Hello 👋\n' })
    assert.match(stderr, /^2 pieces, the first after \d+ ms, the end after \d+ ms\n$/)
  })

  it('gives one JSON document with --json', async () => {
    await using axon = await rawAxon(say => say(Buffer.concat([Buffer.from(HEAD), chunk('Hello'), Buffer.from(END)])))
    const { code, stdout, stderr } = await runMiner(query(axon.url, '--json'))
    const { firstMs, ms, ...reply } = JSON.parse(stdout)
    assert.deepEqual(reply, { completion: 'Hello', status: 200, message: 'Success', axonMs: null, pieces: 1 })
    assert.ok(Number.isInteger(firstMs) && firstMs <= ms)
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  })

  it('prints what came of a stream that breaks off, says so, and exits with 1', async () => {
    await using axon = await rawAxon(async (say, socket) => {
      await say(Buffer.concat([Buffer.from(HEAD), chunk('Hel')]))
      socket.end()
    })
    const words = await runMiner(query(axon.url))
    assert.deepEqual([words.code, words.stdout], [1, 'Hel\n'])
    assert.match(
      words.stderr,
      /^1 piece, the first after .*\nerror: the connection was closed before .*\n {2}try: .*log.*\n$/,
    )
    const document = JSON.parse((await runMiner(query(axon.url, '--json'))).stdout)
    assert.deepEqual([document.completion, document.status, document.pieces], ['Hel', 400, 1])
    assert.equal(document.statusFrom, 'dendrite')
  })

  it('prints what came of a stream that stalls, and says so', async () => {
    await using axon = await rawAxon(say => say(Buffer.concat([Buffer.from(HEAD), chunk('Hel')])))
    const { code, stdout, stderr } = await runMiner(query(axon.url, '--timeout', '2s'))
    assert.deepEqual({ code, stdout }, { code: 1, stdout: 'Hel\n' })
    assert.match(stderr, /^1 piece, .*\nerror: the reply was not complete in time: .*\n {2}try: .*--timeout.*\n$/)
  })

  it('explains a refusal as without it', async () => {
    await using axon = await rawAxon(say => say(json(403, '{"message":"no"}')))
    const { code, stdout, stderr } = await runMiner(query(axon.url))
    assert.deepEqual({ code, stdout }, { code: 1, stdout: '' })
    assert.match(stderr, /^403: the axon does not answer this hotkey: no\n {2}try: .*\n$/)
    const { ms: _, error, ...document } = JSON.parse((await runMiner(query(axon.url, '--json'))).stdout)
    assert.equal(error.code, 'BLACKLISTED')
    const nothing = { completion: null, axonMs: null, firstMs: null, pieces: 0 }
    assert.deepEqual(document, { ...nothing, status: 403, message: 'no' })
  })

  it('prints a stream without a status, which is no answer to validators', async () => {
    await using axon = await rawAxon(say =>
      say(Buffer.concat([Buffer.from(streamHead()), chunk('Hel'), Buffer.from(END)])),
    )
    const { code, stdout, stderr } = await runMiner(query(axon.url))
    assert.deepEqual({ code, stdout }, { code: 1, stdout: 'Hel\n' })
    assert.match(stderr, /\nno status: the axon replied without a status/)
  })

  it('ends at once on Ctrl-C, and hangs up', async () => {
    const hungUp = Promise.withResolvers<void>()
    await using axon = await rawAxon(async (say, socket) => {
      socket.once('close', () => hungUp.resolve()).on('error', () => {})
      await say(Buffer.concat([Buffer.from(HEAD), chunk('Hel')]))
    })
    await using run = liveMiner(query(axon.url))
    await run.says('Hel')
    run.child.kill('SIGINT')
    const { signal, stderr } = await run.ended
    assert.deepEqual({ signal, stderr }, { signal: 'SIGINT', stderr: '' })
    await hungUp.promise
  })

  it('ends quietly when its reader has left, and hangs up', async () => {
    const hungUp = Promise.withResolvers<void>()
    await using axon = await rawAxon(async (say, socket) => {
      socket.once('close', () => hungUp.resolve()).on('error', () => {})
      await say(HEAD)
      while (!socket.destroyed) {
        await say(chunk('again\n'))
        await new Promise(setImmediate)
      }
    })
    await using run = liveMiner(query(axon.url), {
      command: '"$NODE" "$MINER" "$@" | head -1; echo "status $PIPESTATUS"',
    })
    const { stdout, stderr } = await run.ended
    assert.deepEqual({ stdout, stderr }, { stdout: 'again\nstatus 0\n', stderr: '' })
    await hungUp.promise
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
