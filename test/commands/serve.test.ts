import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type LiveRun, liveMiner } from '../support/cli.ts'
import { linkedMiner } from '../support/linked-miner.ts'
import { type LogRecord, runMiner, startMiner } from '../support/miner-process.ts'
import { answered, startModelServer, streamed } from '../support/model-server.ts'
import { pausing } from '../support/pausing-model.ts'
import { alice, bob, charlie, send, signedRequest } from '../support/signed-request.ts'

const wallets = fileURLToPath(new URL('../fixtures/wallets', import.meta.url))
const dev = ['serve', '--dev', '--axon-port', '0']

describe('miner serve', () => {
  it('answers miner query, and says so in one record', async () => {
    // The last is a flag of the original base miner.
    await using miner = await startMiner([...dev, '--use', 'echo', '--miner.no_set_weights'])
    const asked = await runMiner(['query', '--dev', '--url', miner.url, 'hi'])
    assert.deepEqual(asked, { code: 0, signal: null, stdout: 'hi\n', stderr: '' })

    const { stdout } = await runMiner(['query', '--dev', '--url', miner.url, 'hi', '--json'])
    const { ms, axonMs, requestId, ...reply } = JSON.parse(stdout)
    assert.deepEqual(reply, { completion: 'hi', status: 200, message: 'Success' })
    assert.ok(ms >= 0 && axonMs >= 0)

    const { code } = await miner.stop()
    assert.equal(code, 0)
    assert.deepEqual(
      miner.records.map(({ event }) => event),
      ['serving', 'answered', 'answered', 'draining', 'stopped'],
    )
    assert.equal(miner.records[2]!.id, requestId)
    const [serving, first] = miner.records
    const { time: _time, level: _level, url: _url, port, ...said } = serving!
    assert.equal(port, miner.port)
    assert.deepEqual(said, {
      event: 'serving',
      hotkey: bob.address,
      callers: '6 allowed hotkeys',
      use: 'echo',
      dialect: 'prompting',
      wires: ['synapse'],
    })
    assert.equal(first?.hotkey, alice.address)
    assert.equal(first?.synapse, 'Prompting')
    assert.equal(first?.status, 200)
    assert.ok(typeof first?.id === 'string' && typeof first?.ms === 'number')
  })

  it('writes its log to a file, too, the last record included', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'miner-log-'))
    try {
      const words = [...dev, '--use', 'echo', '--log-file', join(folder, 'miner.log')]
      await using miner = await startMiner(words)
      const second = await runMiner(words)
      assert.equal(second.code, 1)
      assert.match(
        second.stderr,
        /^error: miner serve, process \d+ on \S+ writes the log file .*\(--log-file\)\n {2}try: /,
      )
      assert.equal((await miner.stop()).code, 0)
      const written = readFileSync(join(folder, 'miner.log'), 'utf8')
      assert.deepEqual(
        written
          .trim()
          .split('\n')
          .map(line => JSON.parse(line)),
        miner.records,
      )
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('refuses a log file in a folder that is missing, and one that is a folder', async () => {
    const refused = await runMiner([...dev, '--use', 'echo', '--log-file', '/missing/miner.log'])
    assert.equal(refused.code, 2)
    assert.match(refused.stderr, /^error: cannot open the log file "\/missing\/miner.log" \(--log-file\): ENOENT/)
    const folder = await runMiner([...dev, '--use', 'echo', '--log-file', tmpdir()])
    assert.equal(folder.code, 2)
    assert.match(folder.stderr, /: EISDIR.*\n {2}try: name a file in it: this is a folder\n$/)
  })

  it('refuses a device as a log file', async () => {
    const refused = await runMiner([...dev, '--use', 'echo', '--log-file', '/dev/null'])
    assert.equal(refused.code, 2)
    assert.match(refused.stderr, /^error: cannot use the log file "\/dev\/null" \(--log-file\): .* is a device,/)
  })

  it('opens a wallet, and answers those whom --allow names', async () => {
    const wallet = ['--wallet-path', wallets, '--wallet-name', 'plain', '--network', 'none']
    const network = ['serve', '--use', 'echo', '--axon-host', '127.0.0.1', '--axon-port', '0', ...wallet]
    await using miner = await startMiner([...network, '--allow', charlie.address])
    assert.equal(miner.hotkey, bob.address)
    assert.equal((await send(miner.url, signedRequest({ by: charlie }))).status, 200)
    const refused = await runMiner(['query', '--dev', '--url', miner.url, 'hi'])
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /^403: the axon does not answer this hotkey.*\n {2}try: .*\nrequest id .*\n$/)
  })

  it('takes the command line of the Python miner', async () => {
    await using model = await startModelServer(streamed(['Hello']))
    // neurons/miners/openai/miner.py of the original, but for the chain, and a port that is free.
    const flags = [
      ['--netuid', '1', '--wallet.name', 'plain', '--wallet.hotkey', 'default', '--subtensor.network', 'none'],
      ['--openai.model_name', 'gpt-4', '--openai.max_tokens=200', '--openai.top-p', '0.5', '--axon.port', '0'],
      ['--axon.ip', '0.0.0.0', '--logging.debug', '--strict', '--wandb.on', '--miner.no_set_weights'],
      ['--miner.blacklist.whitelist', alice.address, charlie.address],
    ].flat()
    const env = { BT_WALLET_PATH: wallets, BT_AXON_MAX_WORERS: '3', OPENAI_BASE_URL: model.url, MINER_WALLET_PATH: '' }
    await using miner = await startMiner(['serve', ...flags], { env })
    for (const by of [alice, charlie]) assert.equal((await send(miner.url, signedRequest({ by }))).status, 200)
    assert.equal((await send(miner.url, signedRequest({ by: bob }))).status, 403)
    assert.partialDeepStrictEqual((await model.arrived(0)).body, { model: 'gpt-4', max_tokens: 200, top_p: 0.5 })
    await miner.stop()
    const warned = miner.records.filter(({ event }) => event === 'configuration').map(({ message }) => message)
    assert.deepEqual(warned, [
      '--axon.ip is ignored: the SDK never listened there',
      '--wandb.on is ignored: nothing is sent to Weights & Biases',
    ])
    assert.ok(miner.records.some(({ level }) => level === 'debug'))
  })

  it('finishes what is begun on SIGTERM, and takes nothing new', async () => {
    const { behaviour, goOn } = pausing()
    await using model = await startModelServer(behaviour)
    await using run = liveMiner([...dev, '--base-url', model.url])
    const { url } = await serving(run)
    const asked = runMiner(['query', '--dev', '--url', url, 'hi'])
    await model.arrived(0)
    run.child.kill('SIGTERM')
    await run.says('"draining"')
    assert.equal((await send(url, signedRequest())).status, 503)
    goOn()
    assert.deepEqual(await asked, { code: 0, signal: null, stdout: 'Hello\n', stderr: '' })
    const { code, signal } = await run.ended
    assert.deepEqual({ code, signal }, { code: 0, signal: null })
    assert.ok(recordsOf(run).some(({ event, inTime }) => event === 'stopped' && inTime === true))
  })

  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`ends at once with ${code} on a second ${signal}`, async () => {
      await using model = await startModelServer(() => {})
      await using run = liveMiner([...dev, '--base-url', model.url])
      const { url } = await serving(run)
      const lost = send(url, signedRequest())
      const request = await model.arrived(0)
      run.child.kill(signal)
      await run.says('"draining"')
      run.child.kill(signal)
      assert.equal((await run.ended).code, code)
      assert.deepEqual(await request.over, { left: true })
      assert.equal((await lost).status, 503)
      // A machine with much to do warns of that, too.
      const ends = recordsOf(run).filter(({ event }) => event !== 'eventLoopBlocked')
      const [draining, failed, stopped] = ends.slice(-3)
      assert.partialDeepStrictEqual(draining, { event: 'draining', signal, requests: 1 })
      assert.partialDeepStrictEqual(failed, { event: 'failed', code: 'DRAINING', hotkey: alice.address, status: 503 })
      assert.partialDeepStrictEqual(stopped, { event: 'stopped', inTime: false, lost: 1 })
    })
  }

  it('ends although a miner does not let go', async () => {
    await using run = liveMiner(dev, { env: linkedMiner('clinging') })
    await serving(run)
    run.child.kill('SIGTERM')
    assert.equal((await run.ended).code, 0)
  })

  it('stops asking the model when the caller leaves', async () => {
    await using model = await startModelServer(() => {})
    await using run = liveMiner([...dev, '--base-url', model.url])
    const { url } = await serving(run)
    const caller = new AbortController()
    const lost = assert.rejects(ask(url, caller.signal))
    const request = await model.arrived(0)
    caller.abort()
    assert.deepEqual(await request.over, { left: true })
    await lost
    await run.says('"cancelled"')
  })

  it('tells in the log which endpoints there are, and which were tried when the deadline came', async () => {
    await using main = await startModelServer(answered(500))
    await using local = await startModelServer(() => {})
    const endpoints = [
      { name: 'main', baseUrl: main.url },
      { name: 'local', baseUrl: local.url, model: 'llama' },
    ]
    await using run = liveMiner(dev, { env: { MINER_OPENAI_ENDPOINTS: JSON.stringify(endpoints) } })
    const { url } = await serving(run)
    assert.equal((await runMiner(['query', '--dev', '--url', url, '--timeout', '4s', 'hi'])).code, 1)
    await run.says('"failed"')
    const { models } = recordsOf(run).find(({ event }) => event === 'serving')!
    assert.deepEqual(models, ['gpt-3.5-turbo at main', 'llama at local'])
    const { status, attempts } = recordsOf(run).find(({ event }) => event === 'failed')!
    assert.deepEqual([status, attempts], [504, ['main: MODEL_FAILED', 'local: MODEL_TIMEOUT']])
  })

  it('logs one JSON object a line, without prompt, answer or secret, at every level', async () => {
    const [question, answer, key] = ['QuestionMarker', 'AnswerMarker', 'sk-KeyMarker']
    await using model = await startModelServer(streamed([answer]))
    await using miner = await startMiner([...dev, '--log-level', 'trace', '--base-url', model.url], {
      env: { OPENAI_API_KEY: key },
    })
    const { stdout } = await runMiner(['query', '--dev', '--url', miner.url, question])
    assert.equal(stdout, `${answer}\n`)
    model.behaviour = answered(400, { error: { message: `no ${key}` } })
    const failed = await runMiner(['query', '--dev', '--url', miner.url, question])
    assert.equal(failed.code, 1)
    assert.equal(failed.stderr.includes(key), false)

    const { stderr } = await miner.stop()
    for (const line of stderr.trimEnd().split('\n')) assert.equal(typeof JSON.parse(line).event, 'string', line)
    for (const marker of [question, answer, key]) assert.equal(stderr.includes(marker), false, stderr)
    assert.deepEqual(
      miner.records.map(({ event }) => event),
      ['serving', 'attempt', 'answered', 'attempt', 'failed', 'draining', 'stopped'],
    )
  })

  it('cannot be made to forge a record or to move a cursor', async () => {
    const poison = 'x\n{"event":"forged"}\r\u001b[2J\u009b2J\u202e\u2028\u0007'
    await using model = await startModelServer(answered(500, { error: { message: poison } }))
    await using run = liveMiner([...dev, '--log-level', 'trace', '--base-url', model.url])
    const { url, port } = await serving(run)
    assert.equal((await send(url, signedRequest())).status, 502)
    const odd = signedRequest({ uuid: 'u\u009b2J\u00ad' })
    await send(url, { ...odd, headers: { ...odd.headers, name: '\u009b2J', computed_body_hash: '\u009b31m' } })
    const socket = connect(port, '127.0.0.1')
    socket.end(
      'GET /\u001b[2J%1b%0a\u202e HTTP/1.1\r\nhost: \u001b]0;x\u0007\r\nbt_header_dendrite_hotkey: \u001b[2J\r\n\r\n',
    )
    socket.resume()
    await once(socket, 'close')
    run.child.kill('SIGTERM')
    const { code, stderr } = await run.ended
    assert.equal(code, 0)
    assert.match(stderr, /forged/) // so it was there
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the test looks for them
    assert.doesNotMatch(stderr, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/)
    assert.equal(
      recordsOf(run).some(({ event }) => event === 'forged'),
      false,
    )
  })

  it('sums up refusals of those who have proven nothing', async () => {
    await using miner = await startMiner([...dev, '--use', 'echo'])
    const { headers, ...request } = signedRequest()
    const { bt_header_dendrite_signature: _signature, ...unsigned } = headers
    for (let count = 0; count < 20; count++)
      assert.equal((await send(miner.url, { ...request, headers: unsigned })).status, 401)
    await miner.stop()
    const events = miner.records.map(({ event }) => event)
    assert.deepEqual(events.slice(-4), ['draining', 'strangers', 'claimsForged', 'stopped'])
    const forged = [{ hotkey: alice.address, address: '127.0.0.1', forged: 20, unchecked: 0, verified: 0 }]
    assert.deepEqual(miner.records.at(-2)!.claims, forged)
    const summed = miner.records.filter(({ event }) => event === 'strangers')
    assert.equal(summed.length, 1)
    assert.deepEqual(summed[0]!.counts, { NOT_VERIFIED: 20 })
    const reason = 'Not Verified with error: Missing Signature'
    const caller = { claimed: alice.address, address: '127.0.0.1', synapse: 'Prompting' }
    assert.deepEqual(summed[0]!.callers, [{ ...caller, code: 'NOT_VERIFIED', status: 401, reason, count: 20 }])
    assert.equal(
      miner.records.some(({ event }) => event === 'refused'),
      false,
    )
  })

  it('heeds no policy of file and environment under --dev', async () => {
    const env = {
      MINER_POLICY_DENY: alice.address,
      MINER_POLICY_ALLOW: bob.address,
      MINER_POLICY_ALLOW_UNREGISTERED: 'true',
    }
    await using miner = await startMiner([...dev, '--use', 'echo'], { env })
    assert.equal((await send(miner.url, signedRequest({ by: charlie }))).status, 200)
    assert.equal((await send(miner.url, signedRequest())).status, 200)
  })

  it('says that its port is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    try {
      const { code, stdout, stderr } = await runMiner(['serve', '--dev', '--use', 'echo', '--axon-port', `${port}`])
      assert.deepEqual({ code, stdout }, { code: 1, stdout: '' })
      assert.match(stderr, new RegExp(`^error: port ${port} is in use\n {2}try: .*--axon-port.*\n$`))
    } finally {
      server.close()
    }
  })

  it('says that it has no such address', async () => {
    const { code, stderr } = await withWallet('plain', ['--axon-host', '203.0.113.1'])
    assert.equal(code, 1)
    assert.match(stderr, /error: this machine has no address 203\.0\.113\.1\n {2}try: .*--axon-host.*\n$/)
  })

  it('says how to open a wallet that is locked', async () => {
    const { code, stderr } = await withWallet('locked', [])
    assert.equal(code, 2)
    assert.match(stderr, /error: hotkey file .*locked.* is encrypted\n {2}try: set MINER_WALLET_PASSWORD, .*\n$/)
  })

  it('warns of a hotkey file that others can read', async () => {
    const { stderr } = await withWallet('plain', ['--axon-host', '203.0.113.1'])
    assert.equal(recordsIn(stderr).find(({ event }) => event === 'wallet')?.level, 'warn')
  })
})

/** A run that comes to its end before it serves. */
function withWallet(name: string, args: string[]) {
  const where = ['--wallet-path', wallets, '--wallet-name', name, '--network', 'none', '--allow', alice.address]
  return runMiner(['serve', '--use', 'echo', ...where, ...args])
}

function ask(url: string, signal: AbortSignal): Promise<Response> {
  const { method, path, headers, body } = signedRequest()
  return fetch(`${url}${path}`, { method, headers: headers as Record<string, string>, body: body as string, signal })
}

async function serving(run: LiveRun): Promise<{ url: string; port: number }> {
  await run.says('"event":"serving"')
  await run.says('\n')
  return recordsOf(run).find(({ event }) => event === 'serving') as unknown as { url: string; port: number }
}

function recordsOf({ said }: LiveRun): LogRecord[] {
  return recordsIn(said.stderr)
}

function recordsIn(text: string): LogRecord[] {
  return text
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line))
}
