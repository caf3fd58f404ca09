import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import nock from 'nock'
import { readState, statePath } from '#dist/app/state/serving-state.js'
import { startChainNode } from '../support/chain/start-chain-node.ts'
import { type NeuronOf, subnetOf } from '../support/chain/subnet-of.ts'
import { liveMiner } from '../support/cli.ts'
import { runMiner, startMiner } from '../support/miner-process.ts'
import { alice, bob, charlie, send, signedRequest } from '../support/signed-request.ts'
import { hasTerminal, onTerminal, withoutStatus } from '../support/terminal.ts'

const TAO = 1_000_000_000n
const LOOPBACK = 0x7f000002n
const neurons = [
  { hotkey: alice.address, hasPermit: true, stake: 5000n * TAO },
  { hotkey: bob.address, incentive: 65_535, emission: 5n * TAO },
  { hotkey: charlie.address, stake: 20n * TAO },
]
const startNode = (ofBob: Partial<NeuronOf> = {}) =>
  startChainNode({ subnets: [subnetOf(neurons.map((one, uid) => (uid === 1 ? { ...one, ...ofBob } : one)))] })

type Problem = { readonly code: string; readonly hint: string }

describe('miner status', () => {
  // The chain refuses 127.0.0.1 itself.
  before(() => nock.enableNetConnect(/^127\.0\.0\.[12](:|$)/))
  after(() => nock.enableNetConnect('127.0.0.1'))

  let home: string
  let wallets: string

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'miner-status-'))
    wallets = join(home, 'wallets')
    cpSync(fileURLToPath(new URL('../fixtures/wallets', import.meta.url)), wallets, { recursive: true })
    for (const name of ['plain', 'locked']) chmodSync(join(wallets, name, 'hotkeys/default'), 0o600)
  })
  afterEach(() => rmSync(home, { recursive: true, force: true }))

  const env = () => ({ MINER_DATA_DIR: join(home, 'data'), BT_WALLET_PATH: wallets, BT_WALLET_NAME: 'plain' })
  const address = ['--axon-external-ip', '127.0.0.2']
  const args = (url: string, ...more: string[]) => ['status', '--network', url, ...address, ...more]
  const statusOf = async (url: string, ...more: string[]) => {
    const { code, stdout, stderr } = await runMiner(args(url, '--json', ...more), { env: env() })
    assert.equal(stderr, '')
    const document = JSON.parse(stdout)
    return { code, document, codes: document.problems.map(({ code }: Problem) => code) }
  }

  it('shows a miner that serves: reached, who asked by uid, and what was refused', async () => {
    await using node = await startNode()
    const loopback = ['--axon-host', '127.0.0.2', '--axon-port', '0']
    const options = { env: env() }
    await using miner = await startMiner(
      ['serve', '--use', 'echo', ...loopback, '--network', node.url, ...address],
      options,
    )
    if (!miner.records.some(({ event }) => event === 'announced')) await miner.next('announced')
    for (const by of [alice, alice, charlie]) await send(miner.url, signedRequest({ by }))

    const running = await statusOf(node.url)
    assert.deepEqual([running.code, running.codes, running.document.notes], [0, [], []])
    const { ping, own, announced, neuron, serving } = running.document
    assert.deepEqual([ping.found, ping.status], ['reached', 403])
    assert.deepEqual([own.ip, own.port], [announced.ip, announced.port])
    assert.deepEqual([neuron.uid, neuron.place, neuron.emission], [1, 1, '5'])
    assert.deepEqual([serving.running, serving.chain, serving.port], [true, 'fresh', miner.port])

    await miner.stop()
    const stopped = await statusOf(node.url, '--axon-port', '0')
    assert.deepEqual([stopped.code, stopped.codes], [1, ['NOT_SERVING']])
    const { callers, others, reasons } = stopped.document.serving.requests
    assert.deepEqual([callers.length, callers[0].uid, callers[0].answered], [1, 0, 2])
    assert.equal(others.refused, 1)
    assert.deepEqual([reasons[0].code, reasons[0].count, reasons[0].hotkeys], ['BLACKLISTED', 1, [charlie.address]])
    const { stdout } = await runMiner(args(node.url, '--axon-port', '0'), { env: env() })
    assert.match(stdout, /^ {2}uid 0 +5Grwv…utQY 2 answered, last \d+ s ago$/m)
    assert.match(stdout, /^ {2}refused 403 +1× BLACKLISTED: validator permit required \(uid 2\)$/m)
    const again = `miner serve --network ${node.url} --axon-port 0 --axon-external-ip 127.0.0.2`
    assert.match(stdout, new RegExp(`^problem: miner serve was stopped \\d+ s ago\\n {2}try: ${again}$`, 'm'))
  })

  it('shows at once that a second signal has ended the miner', async () => {
    await using node = await startNode()
    const flags = ['serve', '--use', 'echo', '--axon-port', '0', '--network', node.url, '--no-announce', '--no-probe']
    await using run = liveMiner(flags, { env: env() })
    await run.says('"serving"')
    // Both are there before the program can react, as when a supervisor and a terminal stop it; it takes them in any order.
    run.child.kill('SIGINT')
    run.child.kill('SIGTERM')
    assert.ok([130, 143].includes((await run.ended).code!))
    const { state } = await readState(statePath(join(home, 'data/chain'), { netuid: 1, hotkey: bob.address }))
    assert.notEqual(state?.stoppedAt ?? null, null)
  })

  it('shows the first of two miners of one hotkey, and the second one names that', async () => {
    await using node = await startNode()
    const flags = ['serve', '--use', 'echo', '--axon-port', '0', '--network', node.url, '--no-announce']
    await using first = await startMiner(flags, { env: env() })
    const path = statePath(join(home, 'data/chain'), { netuid: 1, hotkey: bob.address })
    while ((await readState(path)).state === null) await setTimeout(50)
    await using second = await startMiner(flags, { env: env() })
    const isTwice = ({ event }: { event: string }) => event === 'servedTwice'
    const warning = second.records.find(isTwice) ?? (await second.next('servedTwice'))
    const { document } = await statusOf(node.url)
    assert.equal(warning.url, first.url)
    assert.deepEqual([document.serving.pid, document.serving.url], [warning.pid, first.url])
    await second.stop()
    assert.equal((await readState(path)).state!.url, first.url)
    await first.stop()
    assert.ok(!first.records.some(isTwice))
  })

  it('finds nothing wrong with an address of a proxy while a miner with --no-announce serves', async () => {
    await using node = await startNode({ axon: { ip: LOOPBACK, port: 9 } })
    const flags = ['serve', '--use', 'echo', '--axon-port', '0', '--network', node.url, '--no-announce']
    await using miner = await startMiner(flags, { env: env() })
    const path = statePath(join(home, 'data/chain'), { netuid: 1, hotkey: bob.address })
    while ((await readState(path)).state === null) await setTimeout(50)
    const { code, codes, document } = await statusOf(node.url)
    assert.deepEqual([code, codes], [0, []])
    assert.deepEqual([document.serving.running, document.own.ip], [true, null])
    await miner.stop()
    assert.deepEqual((await statusOf(node.url, '--axon-port', '9')).codes, ['NOT_SERVING'])
  })

  it('finds the problems, and exits with 1', async () => {
    await using node = await startNode()
    const none = await statusOf(node.url)
    assert.deepEqual([none.code, none.codes, none.document.announced], [1, ['UNANNOUNCED'], null])
    assert.deepEqual((await statusOf(node.url, '--no-announce')).codes, [])
    node.deregister(bob.address)
    const gone = await statusOf(node.url)
    assert.deepEqual([gone.code, gone.codes, gone.document.registered], [1, ['UNREGISTERED'], false])
    const hint = `register it: btcli subnet register --netuid 1 --wallet-name plain`
    assert.ok(gone.document.problems[0].hint.startsWith(hint))
  })

  it('tells an address that is not seen from here from one where something else answers', async () => {
    const server = createServer((_, response) => response.end('hello'))
    server.listen(0, '127.0.0.2')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    await using node = await startNode({ axon: { ip: LOOPBACK, port } })
    const other = await statusOf(node.url, '--axon-external-port', String(port))
    const { found, status } = other.document.ping
    assert.deepEqual([other.code, other.codes, found, status], [1, ['ADDRESS_TAKEN'], 'other', null])
    server.close()
    const unseen = await statusOf(node.url, '--axon-external-port', String(port))
    assert.deepEqual([unseen.code, unseen.codes, unseen.document.ping.found], [0, [], 'unseen'])
    assert.match(unseen.document.notes[0], /^the announced address is not seen from here/)
    const moved = await statusOf(node.url, '--axon-external-port', '1')
    assert.deepEqual(moved.codes, ['ANNOUNCED_ELSEWHERE'])
  })

  it('asks for no password when the public half of the hotkey is beside it', async () => {
    await using node = await startNode()
    const locked = { ...env(), BT_WALLET_NAME: 'locked' }
    const { stdout: without } = await runMiner(args(node.url, '--json'), { env: locked })
    assert.equal(JSON.parse(without).error.code, 'KEYFILE_LOCKED')
    writeFileSync(join(wallets, 'locked/hotkeys/defaultpub.txt'), JSON.stringify({ ss58Address: charlie.address }))
    const { stdout } = await runMiner(args(node.url, '--json'), { env: locked })
    assert.deepEqual([JSON.parse(stdout).hotkey, JSON.parse(stdout).neuron.uid], [charlie.address, 2])
  })

  it('shows what it can when the chain is out of reach, or the state file is garbage', async () => {
    const folder = join(home, 'data/chain')
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(statePath(folder, { netuid: 1, hotkey: bob.address }), 'garbage')
    const { code, document, codes } = await statusOf('ws://127.0.0.1:1')
    assert.deepEqual([code, codes, document.chain, document.serving], [1, ['UNREACHABLE'], null, null])
    assert.match(document.notes[0], /^the state file of miner serve is not a state/)
  })

  it('finds a miner without a chain by its admin port, also when the chain is out of reach', async () => {
    const none = await statusOf('none')
    assert.deepEqual([none.code, none.codes], [1, ['NOT_SERVING']])
    assert.match(none.document.problems[0].hint, /^miner serve --network none.* --admin-port 9091$/)
    const flags = ['--network', 'none', '--allow', alice.address, '--axon-host', '127.0.0.1', '--axon-port', '0']
    await using miner = await startMiner(['serve', '--use', 'echo', ...flags, '--admin-port', '0'], { env: env() })
    assert.equal((await send(miner.url, signedRequest({ by: alice }))).status, 200)

    const found = await statusOf('none')
    assert.deepEqual([found.code, found.codes, found.document.chain], [0, [], null])
    const { live, netuid, notes } = found.document
    assert.deepEqual([netuid, live.miner.pid, live.requests.signed.answered], [null, miner.pid, 1])
    assert.deepEqual(notes, ['this page leaves out the chain (--network none)'])
    const page = await runMiner(args('none'), { env: env() })
    assert.equal(page.code, 0)
    assert.match(
      page.stdout,
      new RegExp(`^ {2}serve .* process ${miner.pid}, ${miner.url}, miner echo, .*, no chain$`, 'm'),
    )
    assert.match(page.stdout, /^ {2}requests +1 answered in /m)

    const unreachable = await statusOf('ws://127.0.0.1:1')
    assert.deepEqual([unreachable.code, unreachable.codes], [1, ['UNREACHABLE']])
    assert.equal(unreachable.document.live.miner.pid, miner.pid)
    assert.deepEqual(unreachable.document.notes, [
      `process ${miner.pid} serves this hotkey without a chain: it runs with --network none`,
    ])
  })

  it('goes on with --watch: one document after the other in a pipe, until it is closed', async () => {
    await using node = await startNode()
    const flags = ['--watch', '--interval', '100ms']
    const command = '"$NODE" "$MINER" "$@" | head -3'
    await using run = liveMiner(args(node.url, '--json', ...flags), { command, env: env() })
    const { stdout, stderr } = await run.ended
    const documents = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
    assert.deepEqual([documents.length, documents[2].netuid, stderr], [3, 1, ''])

    await using page = liveMiner(args(node.url, ...flags), { env: env() })
    await page.says('  hotkey ', 3)
    page.child.kill('SIGINT')
    const { signal, code } = await page.ended
    assert.ok(signal === 'SIGINT' || code === 130)
    assert.ok(!page.said.stdout.includes('\u001b'))
  })

  it('takes --interval together with --watch only', async () => {
    const { code, stdout } = await runMiner(['status', '--interval', '5s', '--json'], { env: env() })
    assert.deepEqual([code, JSON.parse(stdout).error.code], [2, 'FLAGS_CONFLICT'])
  })

  describe('on a terminal', () => {
    before(function () {
      if (!hasTerminal()) this.skip()
    })

    for (const columns of [40, 80, 120])
      it(`fits ${columns} columns`, async () => {
        await using node = await startNode()
        await using run = onTerminal(args(node.url), { columns, env: env() })
        const { code, stdout } = await run.ended
        assert.equal(code, 1)
        const lines = withoutStatus(stdout).replaceAll('\r', '').split('\n')
        const long = lines.filter(line => line.length > columns)
        assert.ok(
          // A hotkey and a command stay whole, so that they can be copied.
          long.every(line => line.startsWith('  try: miner ') || (line.includes(bob.address) && columns === 40)),
          stdout,
        )
      })

    it('renews the page in place with --watch, and ends on Ctrl-C', async () => {
      await using node = await startNode()
      await using run = onTerminal(args(node.url, '--watch', '--interval', '100ms'), { columns: 200, env: env() })
      await run.says('\u001b[H  hotkey ', 3)
      assert.equal(run.said.stdout.split('\u001b[2J').length, 2)
      node.deregister(bob.address)
      await run.says('not registered on subnet 1')
      run.child.stdin.write('\u0003')
      const { code, signal } = await run.ended
      assert.ok(code === 130 || code === 254 || signal === 'SIGINT', String(code))
    })
  })
})
