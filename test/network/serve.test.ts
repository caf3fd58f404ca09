import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RECORDED_BLOCK } from '../support/chain/recorded-subnet.ts'
import { startChainNode } from '../support/chain/start-chain-node.ts'
import { subnetOf } from '../support/chain/subnet-of.ts'
import { liveMiner } from '../support/cli.ts'
import { runMiner, spawnMiner, startMiner } from '../support/miner-process.ts'
import { alice, bob, charlie, dave, send, signedRequest } from '../support/signed-request.ts'
import { hasTerminal, onTerminal } from '../support/terminal.ts'

const wallets = fileURLToPath(new URL('../fixtures/wallets', import.meta.url))
const TAO = 1_000_000_000n

/** //Bob is our hotkey; //Alice has a permit, //Charlie none, and //Dave is not registered. */
const neurons = [
  { hotkey: alice.address, hasPermit: true, stake: 5000n * TAO },
  { hotkey: bob.address },
  { hotkey: charlie.address, stake: 20n * TAO },
]
const startNode = (subnet = {}) => startChainNode({ subnets: [subnetOf(neurons, subnet)] })

const own = ['--use', 'echo', '--wallet-path', wallets, '--wallet-name', 'plain']
const loopback = ['--axon-host', '127.0.0.1', '--axon-port', '0']
const serve = (url: string, ...more: string[]) => ['serve', ...own, ...loopback, '--network', url, ...more]
const ip = ['--axon-external-ip', '203.0.113.7']

const ask = async (url: string, by = alice) => {
  const { status, headers } = await send(url, signedRequest({ by }))
  return [status, headers.bt_header_axon_status_message]
}

describe('miner serve, on a subnet', () => {
  it('says which uid it is, what it announces and who may ask, and answers validators with a permit', async () => {
    await using node = await startNode()
    await using miner = await startMiner(serve(node.url, ...ip))
    const serving = miner.records.find(({ event }) => event === 'serving')
    assert.partialDeepStrictEqual(serving, {
      hotkey: bob.address,
      network: node.url,
      netuid: 1,
      uid: 1,
      announces: `203.0.113.7:${miner.port}`,
      callers: 'validators with a permit (1 of 3 neurons)',
    })
    assert.deepEqual(await ask(miner.url), [200, 'Success'])
    const refused = 'Forbidden. Key is blacklisted: '
    assert.deepEqual(await ask(miner.url, charlie), [403, `${refused}validator permit required.`])
    assert.deepEqual(await ask(miner.url, dave), [403, `${refused}hotkey not registered.`])
    const health = await fetch(`${miner.url}/healthz`)
    assert.deepEqual(await health.json(), { status: 'serving', chain: 'fresh' })
    assert.equal((await miner.stop()).code, 0)
  })

  it('announces its address once the port is open, and leaves it announced when it stops', async () => {
    await using node = await startNode()
    await using miner = await startMiner(serve(node.url, ...ip, '--axon-external-port', '8091'))
    const announced = miner.records.find(({ event }) => event === 'announced') ?? (await miner.next('announced'))
    assert.partialDeepStrictEqual(announced, { level: 'info', ip: '203.0.113.7', port: 8091 })
    const { stderr } = await miner.stop()
    assert.ok(stderr.indexOf('"serving"') < stderr.indexOf('"announced"'))
    const axon = node.subnet().neurons[1]?.axon
    assert.partialDeepStrictEqual(axon, { port: 8091, protocol: 4 })

    await using again = await startMiner(serve(node.url, ...ip, '--axon-external-port', '8091'))
    if (!again.records.some(({ event }) => event === 'alreadyAnnounced')) await again.next('alreadyAnnounced')
    assert.equal(node.chain.served.length, 1)
  })

  it('keeps the address that the chain shows when no service tells its own', async () => {
    const axon = { ip: 0xcb_00_71_07n, port: 8091 } // 203.0.113.7
    const [first, , ...others] = neurons
    await using node = await startChainNode({
      subnets: [subnetOf([first!, { hotkey: bob.address, axon }, ...others])],
    })
    await using unknown = await startNode()
    // An address of this machine that is not on loopback, so that the rules of the internet hold.
    const [known, never] = [node.url, unknown.url].map(url => url.replace('127.0.0.1', '0.0.0.0'))
    const env = { MINER_NEURON_ADDRESS_SERVICES: 'https://127.0.0.1:1,https://127.0.0.1:2' }
    await using miner = await startMiner(serve(known!, '--axon-external-port', '8091'), { env })
    assert.ok(miner.records.some(({ event }) => event === 'addressUnknown'))
    assert.equal(miner.records.find(({ event }) => event === 'serving')?.announces, '203.0.113.7:8091')
    await miner.stop()

    const { code, stderr } = await runMiner(serve(never!), { env })
    assert.equal(code, 1)
    assert.match(stderr, /^error: .*\n {2}try: .*--axon-external-ip/m)
  })

  it('announces nothing with --no-announce', async () => {
    await using node = await startNode()
    await using miner = await startMiner(serve(node.url, '--no-announce'))
    assert.equal(miner.records.find(({ event }) => event === 'serving')?.announces, undefined)
    assert.deepEqual(await ask(miner.url), [200, 'Success'])
    await miner.stop()
    assert.equal(node.announced, undefined)
  })

  it('admits by stake, by name, or anyone, as the flags say', async () => {
    await using node = await startNode()
    const cases: [flags: string[], callers: string, statuses: number[]][] = [
      [['--no-require-permit'], 'registered hotkeys (3 of 3 neurons)', [200, 200, 403]],
      [
        ['--no-require-permit', '--min-stake', '20'],
        'registered hotkeys with a stake of at least 20 TAO (2 of 3 neurons)',
        [200, 200, 403],
      ],
      [
        ['--min-stake', '10000'],
        'validators with a permit and a stake of at least 10000 TAO (0 of 3 neurons)',
        [403, 403, 403],
      ],
      [['--no-require-permit', '--allow-unregistered'], 'all hotkeys', [200, 200, 200]],
      [
        ['--allow', dave.address, '--deny', alice.address],
        'validators with a permit (0 of 3 neurons), and 1 allowed hotkey, but not 1 denied',
        [403, 403, 200],
      ],
    ]
    for (const [flags, callers, statuses] of cases) {
      await using miner = await startMiner(serve(node.url, '--no-announce', ...flags))
      assert.equal(miner.records.find(({ event }) => event === 'serving')?.callers, callers)
      for (const [at, by] of [alice, charlie, dave].entries())
        assert.equal((await ask(miner.url, by))[0], statuses[at], `${flags} ${at}`)
    }
  })

  describe('refuses to start', () => {
    it('with a hotkey that is not registered, and gives the command that registers it', async () => {
      await using node = await startChainNode({ subnets: [subnetOf([{ hotkey: alice.address }])] })
      const { code, stderr } = await runMiner(serve(node.url, ...ip))
      assert.equal(code, 2)
      const command = `btcli subnet register --netuid 1 --wallet-name plain --wallet-hotkey default --wallet-path ${wallets} --network ${node.url}`
      const [, message = '', hint = ''] = /^error: (.*)\n {2}try: (.*)\n$/m.exec(stderr) ?? []
      assert.match(message, new RegExp(`${bob.address}.*not registered.*subnet 1`), stderr)
      assert.ok(hint.includes(command), stderr)
    })

    it('on a subnet that there is not', async () => {
      await using node = await startNode()
      const { code, stderr } = await runMiner(serve(node.url, ...ip, '--netuid', '7'))
      assert.equal(code, 2, stderr)
      assert.match(stderr, /^error: .*subnet 7.*\n {2}try: .*--netuid/m)
    })

    it('at an endpoint of another chain than the network names', async () => {
      await using node = await startNode()
      const routable = ['--axon-external-ip', '8.8.8.8']
      const { code, stderr } = await spawnMiner(serve('finney', ...routable, '--chain-endpoint', node.url))
      assert.equal(code, 2, stderr)
      assert.match(stderr, /^error: .*another chain.*\n {2}try: /m)
    })

    it('with an address that validators cannot reach, also where a node of finney runs on this machine', async () => {
      await using node = await startChainNode({ subnets: [subnetOf(neurons)], genesis: 'finney' })
      const flags = ['--axon-external-ip', '192.168.1.2', '--chain-endpoint', node.url]
      const { code, stderr } = await spawnMiner(serve('finney', ...flags))
      assert.equal(code, 2, stderr)
      assert.match(stderr, /^error: .*192\.168\.1\.2.*private address/m)
    })

    it('with an address that validators cannot reach, before it waits for the chain', async () => {
      const flags = ['--axon-external-ip', '10.0.0.1']
      const { code, stderr } = await runMiner(serve('wss://chain.invalid', ...flags))
      assert.equal(code, 2, stderr)
      assert.match(stderr, /^error: .*10\.0\.0\.1.*private address\n {2}try: .*--axon-external-ip/m)
    })

    it('within 30 s when no endpoint answers, with 1, for a supervisor', async () => {
      const startedAt = performance.now()
      const { code, stderr } = await spawnMiner(serve('ws://127.0.0.1:1', ...ip))
      assert.equal(code, 1, stderr)
      assert.match(stderr, /^error: .*\n {2}try: .*--chain-endpoint/m)
      assert.ok(performance.now() - startedAt < 30_000)
    })

    it('within 30 s when the endpoint takes the connection and stays silent', async () => {
      await using silent = await startSilentServer()
      const startedAt = performance.now()
      const { code, stderr } = await spawnMiner(serve(silent.url, ...ip))
      assert.equal(code, 1, stderr)
      assert.ok(performance.now() - startedAt < 30_000)
    })
  })

  it('ends at once with Ctrl-C while it connects', async () => {
    await using silent = await startSilentServer()
    await using run = liveMiner(serve(silent.url, ...ip))
    await silent.connected
    run.child.kill('SIGINT')
    const { code, signal } = await run.ended
    assert.deepEqual({ code, signal }, { code: null, signal: 'SIGINT' })
  })

  describe('on a terminal', () => {
    before(function () {
      if (!hasTerminal()) this.skip()
    })

    it('shows its place, what it announces, who may ask, and the command that shows how it does', async () => {
      await using node = await startNode()
      await using run = onTerminal(serve(node.url, ...ip), { env: { NO_COLOR: '1' }, columns: 300 })
      await run.says('see it')
      run.child.kill('SIGTERM')
      const { code, stdout } = await run.ended
      assert.equal(code, 0)
      const text = stdout.replaceAll('\r\n', '\n').replaceAll(/:\d+/g, ':PORT')
      const banner = text.slice(text.indexOf('\n  hotkey'), text.indexOf('\n\n', text.indexOf('see it')))
      const network = node.url.replace(/\d+$/, 'PORT')
      const status = `miner status --network ${network} --axon-external-ip 203.0.113.7`
      assert.equal(
        banner,
        `
  hotkey    5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty
  uid       1 of subnet 1 on ${network}
  url       http://127.0.0.1:PORT
  announces 203.0.113.7:PORT
  miner     echo
  dialect   prompting
  callers   validators with a permit (1 of 3 neurons)
  try it    miner query --dev --url http://127.0.0.1:PORT --receiver 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty "hi"
  see it    ${status} --wallet-name plain --wallet-path ${wallets}`,
      )
      assert.match(text, /INFO {2}registered: the hotkey \w+ has uid 1 on subnet 1$/m)
      assert.match(
        text,
        /INFO {2}serving: .*, uid 1 of subnet 1 on ws:.*, announces 203\.0\.113\.7:PORT, answers validators with a permit \(1 of 3 neurons\)$/m,
      )
    })

    it('shows that it waits for the chain', async () => {
      await using silent = await startSilentServer()
      const env = { NO_COLOR: '1', TERM: 'xterm-256color', CI: '' }
      await using run = onTerminal(serve(silent.url, '--no-announce'), { env, columns: 200 })
      await run.says(`reading the subnet from ${silent.url} (1 s)`)
      run.child.kill('SIGTERM')
      await run.ended
    })
  })

  // The next epoch is a block away, so that the metagraph is read again soon.
  const soon = { tempo: 10, lastStep: RECORDED_BLOCK - 10 }

  it('ends with 69 after a drain when the hotkey loses its place', async () => {
    await using node = await startNode(soon)
    await using miner = await startMiner(serve(node.url, '--no-announce'))
    node.deregister(bob.address)
    const { level, hint } = await miner.next('deregistered')
    assert.equal(level, 'error')
    assert.match(String(hint), /btcli subnet register/)
    const { code, signal } = await miner.ended
    assert.deepEqual({ code, signal }, { code: 69, signal: null })
    const [draining, stopped] = miner.records.slice(-2)
    assert.partialDeepStrictEqual(draining, { event: 'draining', requests: 0 })
    assert.equal(draining?.signal, undefined)
    assert.partialDeepStrictEqual(stopped, { event: 'stopped', inTime: true })
  })

  it('goes on for --allow with --when-deregistered serve', async () => {
    await using node = await startNode(soon)
    const flags = ['--no-announce', '--allow', dave.address, '--when-deregistered', 'serve']
    await using miner = await startMiner(serve(node.url, ...flags))
    node.deregister(bob.address)
    await miner.next('deregistered')
    assert.deepEqual(await ask(miner.url, dave), [200, 'Success'])
    assert.deepEqual(await ask(miner.url), [403, 'Forbidden. Key is blacklisted: miner not registered.'])
    assert.equal((await miner.stop()).code, 0)
  })

  it('serves the validators of the last metagraph after a restart while the chain is out of reach', async () => {
    const data = mkdtempSync(join(tmpdir(), 'miner-outage-'))
    after(() => rmSync(data, { recursive: true, force: true }))
    const env = { MINER_DATA_DIR: data }
    const node = await startNode()
    {
      await using miner = await startMiner(serve(node.url, '--no-announce'), { env })
      assert.equal((await miner.stop()).code, 0)
    }
    await node[Symbol.asyncDispose]()
    await using miner = await startMiner(serve(node.url, '--no-announce'), { env })
    assert.ok(miner.records.some(({ event }) => event === 'metagraphLoaded'))
    assert.equal(miner.records.find(({ event }) => event === 'serving')?.uid, 1)
    assert.deepEqual(await ask(miner.url), [200, 'Success'])
    assert.equal((await ask(miner.url, charlie))[0], 403)
    assert.equal((await ask(miner.url, dave))[0], 503)
    assert.deepEqual(await (await fetch(`${miner.url}/healthz`)).json(), { status: 'serving', chain: 'stale' })
  })
})

/** A server that takes connections and never says a word. */
async function startSilentServer(): Promise<
  AsyncDisposable & { readonly url: string; readonly connected: Promise<unknown> }
> {
  const server = createServer(socket => socket.on('error', () => {}))
  const sockets = new Set<{ destroy(): void }>()
  server.on('connection', socket => sockets.add(socket))
  const connected = once(server, 'connection')
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return {
    url: `ws://127.0.0.1:${port}`,
    connected,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
