import assert from 'node:assert/strict'
import { startChainNode } from '../support/chain/start-chain-node.ts'
import { subnetOf } from '../support/chain/subnet-of.ts'
import { liveMiner } from '../support/cli.ts'
import { runMiner } from '../support/miner-process.ts'
import { alice, bob, charlie } from '../support/signed-request.ts'
import { hasTerminal, onTerminal, withoutStatus } from '../support/terminal.ts'

const TAO = 1_000_000_000n
const neurons = [
  { hotkey: alice.address, hasPermit: true, stake: 5000n * TAO + 1n, axon: { ip: 0xcb007107n, port: 8091 } },
  { hotkey: bob.address, incentive: 65_535, emission: 5n * TAO },
]
const startNode = () => startChainNode({ subnets: [subnetOf(neurons)] })
const metagraph = (url: string, ...args: string[]) => runMiner(['metagraph', '--network', url, ...args])

describe('miner metagraph', () => {
  it('lists the neurons, with the head of the chain on standard error', async () => {
    await using node = await startNode()
    const { code, stdout, stderr } = await metagraph(node.url)
    assert.equal(code, 0)
    const [names, first, second, ...rest] = stdout
      .trimEnd()
      .split('\n')
      .map(line => line.trim().split(/ +/))
    assert.deepEqual(rest, [])
    assert.deepEqual(names, 'UID HOTKEY STAKE ALPHA TAO PERMIT TRUST INCENTIVE EMISSION AXON UPDATED'.split(' '))
    assert.deepEqual(first!.slice(0, 6), ['0', alice.address, '5,000.00', '5,000.00', '0', 'yes'])
    assert.deepEqual(first!.at(-2), '203.0.113.7:8091')
    assert.deepEqual(second!.slice(0, 2), ['1', bob.address])
    assert.deepEqual(second!.slice(5), ['–', '0', '1.00000', '5.0000', '–', second!.at(-1)])
    assert.match(stderr, /^subnet 1 at block [\d,]+, \d+ s old: 2 neurons, 1 validator\n$/)
  })

  it('sorts, limits, keeps to validators, and shows all of one neuron', async () => {
    await using node = await startNode()
    const hotkeys = async (...args: string[]) => {
      const { stdout } = await metagraph(node.url, ...args)
      return stdout.match(/5[A-Za-z0-9]{47}/g)
    }
    assert.deepEqual(await hotkeys('--sort', 'incentive'), [bob.address, alice.address])
    assert.deepEqual(await hotkeys('--sort', 'incentive', '--limit', '1'), [bob.address])
    assert.deepEqual(await hotkeys('--validators'), [alice.address])
    const { stdout } = await metagraph(node.url, '--hotkey', bob.address)
    assert.match(stdout, /^ {2}uid +1\n {2}hotkey +5FHneW/)
    assert.match(stdout, /^ {2}emission +5\.0000 in the last epoch$/m)
  })

  it('gives one JSON document with exact amounts', async () => {
    await using node = await startNode()
    const { stdout, stderr } = await metagraph(node.url, '--json')
    const document = JSON.parse(stdout)
    assert.equal(stderr, '')
    assert.deepEqual([document.neuronCount, document.validatorCount, document.subnet.netuid], [2, 1, 1])
    const { hotkey, stake, permit, axon } = document.neurons[0]
    assert.deepEqual([hotkey, stake, permit, axon.ip], [alice.address, '5000.000000001', true, '203.0.113.7'])
    assert.deepEqual([document.neurons[1].incentive, document.neurons[1].emission], [1, '5'])
  })

  it('reads the 1,024 neurons of a whole subnet', async () => {
    await using node = await startChainNode()
    const { stdout } = await metagraph(node.url)
    assert.equal(stdout.trimEnd().split('\n').length, 1_025)
  })

  it('ends without an error when its output is closed', async () => {
    await using node = await startChainNode()
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is one of the shell's
    const command = '"$NODE" "$MINER" "$@" | head -1; exit ${PIPESTATUS[0]}'
    await using run = liveMiner(['metagraph', '--network', node.url], { command })
    const { code, stdout, stderr } = await run.ended
    assert.deepEqual([code, stdout.split('\n').length], [0, 2])
    assert.match(stderr, /^subnet 1 at block .*\n$/)
  })

  it('says what is wrong, with its exit code', async () => {
    await using node = await startNode()
    const cases: [args: string[], code: number, error: string][] = [
      [['--network', node.url, '--hotkey', charlie.address], 2, 'NOT_REGISTERED'],
      [['--network', node.url, '--hotkey', '5abc'], 2, 'SS58_MALFORMED'],
      [['--network', 'ws://127.0.0.1:1', '--hotkey', '5abc'], 2, 'SS58_MALFORMED'],
      [['--network', node.url, '--hotkey', charlie.address, '--limit', '1'], 2, 'FLAGS_CONFLICT'],
      [['--network', node.url, '--netuid', '7'], 2, 'SUBNET_UNKNOWN'],
      [['--network', node.url, '--limit', '0'], 2, 'INVALID_VALUE'],
      [['--network', node.url, '--sort', 'name'], 2, 'INVALID_VALUE'],
      [['--network', 'finney', '--chain-endpoint', node.url], 2, 'WRONG_CHAIN'],
      [['--network', 'none'], 2, 'CONFIG_INVALID'],
      [['--network', 'ws://127.0.0.1:1'], 1, 'UNREACHABLE'],
    ]
    for (const [args, code, error] of cases) {
      const ended = await runMiner(['metagraph', ...args, '--json'])
      const { code: found, hint, problems } = JSON.parse(ended.stdout).error
      assert.deepEqual([ended.code, found], [code, error], ended.stdout)
      if (!args.includes('--sort')) assert.ok(hint ?? problems?.[0].hint, `${args} has no hint`)
    }
  })

  describe('on a terminal', () => {
    before(function () {
      if (!hasTerminal()) this.skip()
    })

    for (const columns of [40, 80, 120])
      it(`fits ${columns} columns, and says what it had no room for`, async () => {
        await using node = await startChainNode()
        await using run = onTerminal(['metagraph', '--network', node.url, '--limit', '50'], { columns })
        const { code, stdout } = await run.ended
        assert.equal(code, 0)
        const text = withoutStatus(stdout).replaceAll('\r', '')
        const lines = text.trimEnd().split('\n')
        assert.ok(
          lines.every(line => line.length <= columns),
          text,
        )
        assert.match(text.replaceAll(/\n */g, ' '), /^subnet 1 at block [\d,]+, \d+ s old: 1,024 neurons/)
        assert.equal(lines.filter(line => /^ *\d+ {2}5[A-Za-z0-9]{4}…[A-Za-z0-9]{4} /.test(line)).length, 50)
        assert.equal(stdout.includes('no room for '), columns < 120)
      })

    it('shows that it waits', async () => {
      await using node = await startNode()
      node.faults.isStalled = true
      await using run = onTerminal(['metagraph', '--network', node.url])
      await run.says('reading the metagraph (1 s)')
    })
  })
})
