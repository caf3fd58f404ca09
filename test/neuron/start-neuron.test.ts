import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { settingsRefusal } from '#dist/app/chain/settings-refusal.js'
import type { Chain } from '#dist/chain/chain.js'
import { ChainError } from '#dist/chain/chain-error.js'
import type { Neuron } from '#dist/chain/metagraph.js'
import { loadMetagraph, metagraphPath } from '#dist/neuron/disk/metagraph-file.js'
import type { NeuronEvent } from '#dist/neuron/events.js'
import { reportJson } from '#dist/neuron/report.js'
import { RpcError } from '../support/chain/json-rpc.ts'
import { RECORDED_BLOCK } from '../support/chain/recorded-subnet.ts'
import { type ChainServer, startChainNode } from '../support/chain/start-chain-node.ts'
import { type NeuronOf, neuronOf, subnetOf } from '../support/chain/subnet-of.ts'
import { alice, bob, charlie } from '../support/signed-request.ts'
import { type LifeOptions, startLife } from '../support/start-life.ts'
import { StillClock } from '../support/still-clock.ts'

const TAO = 1_000_000_000n
const MINUTE = 60_000
const HOUR = 60 * MINUTE

const validator = { hotkey: alice.address, hasPermit: true, stake: 5_000n * TAO }
const miner = { hotkey: bob.address }

/** A node of a subnet with one validator and this miner, and a life on it, both by one clock. */
async function start(options: LifeOptions & { neurons?: NeuronOf[]; subnet?: Parameters<typeof subnetOf>[1] } = {}) {
  const { neurons = [validator, miner], subnet, ...life } = options
  const clock = life.clock ?? new StillClock()
  const node = await startChainNode({ subnets: [subnetOf(neurons, subnet)], now: clock.now })
  try {
    const started = await startLife(node, { ...life, clock })
    return {
      ...started,
      node,
      async [Symbol.asyncDispose]() {
        await started[Symbol.asyncDispose]()
        await node[Symbol.asyncDispose]()
      },
    }
  } catch (error) {
    await node[Symbol.asyncDispose]()
    throw error
  }
}

/** Makes a node refuse every connection until the returned function is called. */
function takeDown(node: ChainServer): () => void {
  node.faults.upgrade = { status: 503 }
  node.drop()
  return () => {
    node.faults.upgrade = undefined
  }
}

const eventNames = (error: unknown) => (error as { events: NeuronEvent[] }).events.map(({ event }) => event)

describe('a miner’s life on a subnet', function () {
  this.timeout(60_000)

  it('knows every neuron once it has started', async () => {
    await using started = await start()
    const { life } = started
    assert.deepEqual(life.standings(alice.address), { uid: 0, stakeRao: 5_000n * TAO, hasPermit: true })
    assert.deepEqual(life.standings(bob.address), { uid: 1, stakeRao: 0n, hasPermit: false })
    assert.equal(life.standings(charlie.address), 'unregistered')
    assert.equal(life.chainState(), 'fresh')
    assert.deepEqual(started.news(), ['registered', 'metagraphRead'])
  })

  it('reports how the miner stands, also as JSON', async () => {
    await using started = await start({ neurons: [validator, { ...miner, registeredAt: RECORDED_BLOCK - 200 }] })
    const report = started.life.report()
    assert.deepEqual([report.uid, report.isRegistered, report.chain, report.announcement], [1, true, 'fresh', 'off'])
    assert.equal(report.immunityBlocks, 7_000)
    assert.equal(report.metagraph?.neurons.length, 2)
    const json = JSON.parse(JSON.stringify(reportJson(report)))
    assert.equal(json.neuron.hotkey, bob.address)
    assert.equal(json.neuron.stakeRao, '0')
    assert.deepEqual([json.neurons, json.validators, json.readAt], [2, 1, report.metagraph?.readAt])
    assert.equal(json.metagraph, undefined)
    assert.deepEqual(json.problems, { chain: null, announcement: null, address: null, disk: null })
  })

  describe('at its start', () => {
    const folders: string[] = []
    const newFolder = () => {
      folders.push(mkdtempSync(join(tmpdir(), 'miner-life-')))
      return folders.at(-1)!
    }
    after(() => {
      for (const folder of folders) rmSync(folder, { recursive: true, force: true })
    })
    /** Lives once, so that there is a last metagraph, and takes the chain down. */
    const afterOutage = async () => {
      const clock = new StillClock()
      const folder = newFolder()
      const node = await startChainNode({ subnets: [subnetOf([validator, miner])], now: clock.now })
      await using first = await startLife(node, { folder, clock })
      assert.equal(first.life.chainState(), 'fresh')
      const bringUp = takeDown(node)
      return { node, folder, clock, bringUp, path: metagraphPath({ folder, network: node.url, netuid: 1 }) }
    }

    it('refuses a hotkey that is not registered, with the command that registers it', async () => {
      const registerCommand = 'btcli subnet register --netuid 1 --wallet-name w --wallet-hotkey h --network finney'
      await assert.rejects(start({ neurons: [validator], registerCommand }), {
        code: 'HOTKEY_NOT_REGISTERED',
        message: `the hotkey ${bob.address} is not registered on subnet 1`,
        hint: `register it: ${registerCommand}`,
      })
    })

    it('refuses a subnet that does not exist', async () => {
      await assert.rejects(start({ netuid: 9 }), { code: 'SUBNET_UNKNOWN' })
    })

    it('fails when the chain is out of reach, and the disk has no metagraph', async () => {
      const startedAt = performance.now()
      await assert.rejects(startLife({ url: 'ws://127.0.0.1:1' }), (error: ChainError) => {
        assert.equal(error.code, 'UNREACHABLE')
        assert.deepEqual(eventNames(error), [])
        return true
      })
      assert.ok(performance.now() - startedAt < 30_000)
    })

    it('ends with its signal, while the chain does not answer', async () => {
      await using node = await startChainNode({ subnets: [subnetOf([validator, miner])] })
      node.faults.isStalled = true
      const controller = new AbortController()
      const starting = startLife(node, { signal: controller.signal })
      controller.abort(new Error('stopped'))
      await assert.rejects(starting, /stopped/)
    })

    it('fails in time when the chain answers, but one call after the other too late', async () => {
      await using node = await startChainNode({ subnets: [subnetOf([validator, miner])] })
      const calls: string[] = []
      const slow = (chain: Chain): Chain => ({
        ...chain,
        async registration(...call) {
          calls.push('registration')
          const registration = await chain.registration(...call)
          await sleep(200)
          return registration
        },
        metagraph(_netuid, signal) {
          calls.push('metagraph')
          // Its own limit is longer than that of the start.
          return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
        },
      })
      const startedAt = performance.now()
      await assert.rejects(startLife(node, { wrap: slow, limits: { startMs: 1_000 } }), {
        code: 'UNREACHABLE',
        message: 'the chain did not answer within 1 s',
      })
      assert.ok(performance.now() - startedAt >= 900)
      assert.deepEqual(calls, ['registration', 'metagraph'])
    })

    it('takes the last metagraph in place of a chain that is slow, and the chain when it answers', async () => {
      const { node, folder, clock, bringUp } = await afterOutage()
      await using _node = node
      bringUp()
      let isSlow = true
      const wrap = (chain: Chain): Chain => ({
        ...chain,
        registration: async (...call) => (isSlow ? new Promise(() => {}) : chain.registration(...call)),
      })
      await using started = await startLife(node, { folder, clock, wrap, limits: { startWithFileMs: 500 } })
      assert.equal(started.life.chainState(), 'stale')
      assert.equal((started.life.standings(alice.address) as { uid: number }).uid, 0)
      isSlow = false
      await started.until('fresh')
      assert.deepEqual(started.news().slice(0, 2), ['metagraphLoaded', 'chainLost'])
    })

    it('serves the validators of the last metagraph while the chain is out of reach', async () => {
      const { node, folder, clock, bringUp } = await afterOutage()
      await using _node = node
      clock.advance(3 * HOUR)
      await using started = await startLife(node, { folder, clock })
      const { life, news } = started
      assert.deepEqual(life.standings(alice.address), { uid: 0, stakeRao: 5_000n * TAO, hasPermit: true })
      assert.equal(life.standings(charlie.address), 'unknown')
      assert.equal(life.chainState(), 'stale')
      assert.deepEqual(news(), ['metagraphLoaded', 'chainLost'])
      const { uid, isRegistered, problems } = life.report()
      assert.deepEqual([uid, isRegistered, problems.chain?.code], [1, null, 'UNREACHABLE'])

      bringUp()
      node.register({ hotkey: charlie.address })
      await clock.run(2 * MINUTE)
      assert.equal(life.chainState(), 'fresh')
      assert.equal((life.standings(charlie.address) as { uid: number }).uid, 2)
      assert.deepEqual(news(), ['registered', 'metagraphRead', 'chainBack', 'metagraphRead'])
    })

    it('finds out after an outage that the hotkey is not registered any more', async () => {
      const { node, folder, clock, bringUp } = await afterOutage()
      await using _node = node
      await using started = await startLife(node, { folder, clock })
      node.deregister(bob.address)
      bringUp()
      await clock.run(2 * MINUTE)
      await started.life.deregistered
      assert.ok(started.news().includes('deregistered'))
    })

    const spoiled: readonly [string, RegExp, (path: string, clock: StillClock) => void][] = [
      ['corrupt', /checksum/, path => writeFileSync(path, readFileSync(path, 'utf8').replace('5000', '6000'))],
      ['truncated', /damaged/, path => truncateSync(path, statSync(path).size >> 1)],
      ['empty', /damaged/, path => truncateSync(path, 0)],
      ['of another subnet', /subnet 1/, path => writeFileSync(path.replace('-1.json', '-2.json'), readFileSync(path))],
      ['from the future', /future/, (_, clock) => clock.advance(-1)],
      ['too old', /too old/, (_, clock) => clock.advance(24 * HOUR + 1)],
    ]
    for (const [what, reason, spoil] of spoiled)
      it(`refuses a last metagraph that is ${what}, and fails`, async () => {
        const { node, folder, clock, path } = await afterOutage()
        await using _node = node
        spoil(path, clock)
        const netuid = what === 'of another subnet' ? 2 : 1
        await assert.rejects(
          startLife(node, { folder, clock, netuid }),
          (error: ChainError & { events: NeuronEvent[] }) => {
            assert.equal(error.code, 'UNREACHABLE')
            const [refused] = error.events
            assert.equal(refused?.event, 'metagraphRefused')
            assert.match(refused.message, reason)
            return true
          },
        )
      })

    it('refuses a last metagraph of another chain', async () => {
      const { node, folder, clock } = await afterOutage()
      await using _node = node
      const genesis = `0x${'12'.repeat(32)}`
      await assert.rejects(startLife(node, { folder, clock, genesis }), (error: { events: NeuronEvent[] }) => {
        assert.match(error.events[0]!.message, /of another chain/)
        return true
      })
    })

    it('reads the chain, whatever is on disk', async () => {
      const { node, folder, clock, path, bringUp } = await afterOutage()
      await using _node = node
      writeFileSync(path, 'nonsense')
      bringUp()
      await using started = await startLife(node, { folder, clock })
      assert.equal(started.life.chainState(), 'fresh')
      assert.deepEqual(started.news(), ['registered', 'metagraphRead'])
      const place = { folder, network: node.url, netuid: 1 }
      assert.ok('metagraph' in (await loadMetagraph(place, { maxAgeMs: HOUR, now: clock.now() }))!)
    })
  })

  describe('in its loop', () => {
    it('sees a validator that registers within 20 minutes', async () => {
      await using started = await start()
      const { node, clock, life, news } = started
      news()
      node.register({ hotkey: charlie.address, hasPermit: true })
      await clock.run(20 * MINUTE)
      assert.equal((life.standings(charlie.address) as { hasPermit: boolean }).hasPermit, true)
      assert.deepEqual([...new Set(news())], ['metagraphRead'])
    })

    it('reads the chain within a minute after this machine has slept', async () => {
      await using started = await start()
      const { node, clock, life, news } = started
      news()
      node.register({ hotkey: charlie.address, hasPermit: true })
      while ((await started.chain.head()).number < node.chain.finalised.number) await setImmediate()
      // The clock that the timers count by stands still meanwhile.
      clock.step(10 * HOUR)
      assert.equal(life.chainState(), 'stale')
      assert.equal(life.standings(charlie.address), 'unknown')
      await clock.run(MINUTE)
      assert.equal(life.chainState(), 'fresh')
      assert.equal((life.standings(charlie.address) as { hasPermit: boolean }).hasPermit, true)
      assert.deepEqual(news(), ['clockJumped', 'metagraphRead'])
      clock.step(-10 * HOUR)
      await clock.run(MINUTE)
      assert.ok(!news().includes('clockJumped'))
    })

    it('goes on when the chain does not, and says so once, then seldom', async () => {
      await using started = await start()
      const { node, clock, life, news } = started
      news()
      const bringUp = takeDown(node)
      await started.until('stale')
      await clock.run(4 * MINUTE)
      assert.equal((life.standings(alice.address) as { uid: number }).uid, 0)
      assert.equal(life.standings(charlie.address), 'unknown')
      const lost = started.events.filter(({ event }) => event === 'chainLost')
      assert.ok(lost.length >= 1 && lost.length <= 4, String(lost.length))
      assert.match(lost[0]!.message, /meanwhile hotkeys of the last metagraph are answered/)
      news()

      clock.advance(23 * HOUR)
      await clock.rested()
      assert.equal(life.chainState(), 'stale')
      clock.advance(HOUR)
      await clock.rested()
      assert.equal(life.chainState(), 'unknown')
      assert.equal(life.standings(alice.address), 'unknown')
      assert.ok(news().includes('standingsExpired'))

      bringUp()
      await clock.run(2 * MINUTE)
      assert.equal(life.chainState(), 'fresh')
      assert.equal(life.standings(charlie.address), 'unregistered')
      assert.deepEqual(news().slice(-2), ['metagraphRead', 'chainBack'])
      assert.equal(life.report().problems.chain, null)
    })

    it('asks a chain that is back within a minute', async () => {
      await using started = await start()
      const { node, clock, life } = started
      const bringUp = takeDown(node)
      await started.until('stale')
      await clock.run(6 * MINUTE)
      assert.ok(clock.waitsMs! <= MINUTE)
      bringUp()
      await clock.run(MINUTE)
      assert.equal(life.chainState(), 'fresh')
    })

    it('survives a node that refuses every read, and one that stalls', async () => {
      await using started = await start()
      const { node, clock, life, news } = started
      news()
      // What is known of a block is not asked for again, so the connection has to be a new one.
      node.faults.refuse = () => new RpcError(-32_000, 'broken')
      node.drop()
      await started.until('stale')
      node.faults.refuse = undefined
      node.faults.isStalled = true
      clock.advance(MINUTE)
      await clock.rested()
      assert.equal(life.chainState(), 'stale')
      node.faults.isStalled = false
      await started.until('fresh')
      assert.ok(news().includes('chainLost'))
      assert.equal(life.report().problems.chain, null)
    })

    it('keeps the last standings when the metagraph is empty, or lacks the hotkey', async () => {
      let keep = (_: Neuron) => true
      const wrap = (chain: Chain): Chain => ({
        ...chain,
        async metagraph(netuid, signal) {
          const metagraph = await chain.metagraph(netuid, signal)
          return { ...metagraph, neurons: metagraph.neurons.filter(keep) }
        },
      })
      await using started = await start({ wrap })
      const { clock, life } = started
      for (const spoiled of [() => false, ({ hotkey }: Neuron) => hotkey !== bob.address]) {
        keep = spoiled
        await started.until('stale')
        assert.equal(life.report().problems.chain?.code, 'CHAIN_CONTRADICTORY')
        assert.equal((life.standings(alice.address) as { uid: number }).uid, 0)
        assert.equal(life.report().isRegistered, true)
        keep = () => true
        await clock.run(2 * MINUTE)
        assert.equal(life.chainState(), 'fresh')
      }
      keep = () => false
      await assert.rejects(startLife(started.node, { wrap }), { code: 'CHAIN_CONTRADICTORY' })
    })

    it('keeps the last standings when the disk takes nothing, and says so', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'miner-life-'))
      after(() => rmSync(folder, { recursive: true, force: true }))
      writeFileSync(join(folder, 'chain'), 'a file in place of the folder')
      await using started = await start({ folder: join(folder, 'chain') })
      const { life, clock, news } = started
      assert.deepEqual(news(), ['registered', 'metagraphRead', 'metagraphNotSaved'])
      assert.equal(life.chainState(), 'fresh')
      assert.ok(life.report().problems.disk)
      rmSync(join(folder, 'chain'))
      await clock.run(20 * MINUTE)
      assert.ok(news().includes('metagraphSaved'))
      assert.equal(life.report().problems.disk, null)
    })

    it('sees within minutes that the hotkey has lost its place', async () => {
      await using started = await start()
      const { node, clock, life, news } = started
      news()
      node.deregister(bob.address)
      await clock.run(4 * MINUTE)
      await life.deregistered
      assert.ok(news().includes('deregistered'))
      assert.deepEqual([life.report().isRegistered, life.report().uid], [false, null])
      assert.equal(life.standings(bob.address), 'unregistered')
      assert.equal(life.chainState(), 'fresh')

      node.register({ hotkey: bob.address })
      await clock.run(4 * MINUTE)
      assert.ok(news().includes('registered'))
      assert.deepEqual([life.report().isRegistered, life.report().uid], [true, 2])
    })

    it('notices that the hotkey has another uid', async () => {
      await using started = await start()
      const { node, clock, life, events } = started
      node.deregister(bob.address)
      node.register({ hotkey: bob.address })
      await clock.run(4 * MINUTE)
      const changed = events.find(({ event }) => event === 'uidChanged')
      assert.ok(changed && 'formerUid' in changed)
      assert.deepEqual([changed.formerUid, changed.uid, life.report().uid], [1, 2, 2])
    })

    it('takes the loss of the subnet for the loss of the place', async () => {
      await using started = await start()
      const { node, clock, life, news } = started
      node.chain.change(() => [])
      node.makeBlock()
      await clock.run(6 * MINUTE)
      await life.deregistered
      assert.ok(news().includes('deregistered'))
    })

    it('believes the loss of the subnet only when two reads in a row say so', async () => {
      const answers: ChainError['code'][] = []
      const wrap = (chain: Chain): Chain => ({
        ...chain,
        async registration(netuid, hotkey, signal) {
          const code = answers.shift()
          if (code) throw new ChainError(code, 'as told', { hint: '' })
          return chain.registration(netuid, hotkey, signal)
        },
        async subnet() {
          throw new ChainError('SUBNET_UNKNOWN', 'as told', { hint: '' })
        },
      })
      await using started = await start({ wrap })
      const { clock, life, news } = started
      answers.push('UNREACHABLE', 'SUBNET_UNKNOWN', 'UNREACHABLE', 'SUBNET_UNKNOWN')
      await clock.run(8 * MINUTE)
      assert.deepEqual([answers.length, life.report().isRegistered], [0, true])
      assert.ok(!news().includes('deregistered'))
      answers.push('SUBNET_UNKNOWN', 'SUBNET_UNKNOWN')
      await clock.run(6 * MINUTE)
      await life.deregistered
    })

    it('warns once of an immunity that ends within a day, and of a subnet without permits', async () => {
      await using started = await start({
        neurons: [
          { ...validator, hasPermit: false },
          { ...miner, registeredAt: RECORDED_BLOCK - 100 },
        ],
        subnet: { immunityPeriod: 1_000 },
      })
      const { node, clock, events } = started
      await clock.run(HOUR)
      const warned = events.filter(({ level }) => level === 'warn')
      assert.deepEqual(
        warned.map(({ event }) => event),
        ['immunityEnds', 'noCallers'],
      )
      assert.match(warned[0]!.message, /ends in 3 h/)
      assert.match(warned[1]!.hint!, /--no-require-permit --min-stake/)
      node.change(subnet => ({ ...subnet, neurons: subnet.neurons.map(one => ({ ...one, hasPermit: true })) }))
      await clock.run(HOUR)
      assert.equal(events.filter(({ level }) => level === 'warn').length, 2)
    })

    describe('when a chain on this machine is reset', () => {
      /** Lives on a chain that goes on at the same URL from an earlier block, with other subnets. */
      const reset = async (
        subnets: Parameters<typeof subnetOf>[0] | null,
        { isLocal = true, genesis }: { isLocal?: boolean; genesis?: string } = {},
      ) => {
        const former = await startChainNode({ subnets: [subnetOf([validator, miner])], genesis: genesis ?? 'fixture' })
        const { port } = former
        const clock = new StillClock()
        const started = await startLife(former, { clock, isLocal })
        await former[Symbol.asyncDispose]()
        const node = await startChainNode({
          port,
          now: clock.now,
          genesis: genesis ?? 'fixture',
          firstBlock: RECORDED_BLOCK - 1_000,
          subnets: subnets ? [subnetOf(subnets)] : [],
        })
        await clock.run(10 * MINUTE)
        return {
          ...started,
          only: (name: string) => started.events.filter(({ event }) => event === name),
          async [Symbol.asyncDispose]() {
            await started[Symbol.asyncDispose]()
            await node[Symbol.asyncDispose]()
          },
        }
      }

      for (const [what, subnets] of [
        ['its subnet', null],
        ['the hotkey', [validator]],
        ['every neuron', []],
      ] as const)
        it(`takes a chain without ${what} for the loss of the place, and tells why`, async () => {
          await using started = await reset(subnets && [...subnets])
          await started.life.deregistered
          const [lost] = started.only('deregistered')
          assert.match(
            lost!.message,
            /^the chain was reset \(it is at block \d+, and was at block \d+\), and the hotkey/,
          )
          assert.equal(started.only('chainReset').length, 1)
        })

      it('goes on with a hotkey that is registered again', async () => {
        await using started = await reset([miner, validator])
        assert.deepEqual([started.life.chainState(), started.life.report().uid], ['fresh', 0])
        assert.equal(started.only('chainReset').length, 1)
        assert.deepEqual(started.only('deregistered'), [])
      })

      for (const [what, options] of [
        ['a chain elsewhere', { isLocal: false }],
        ['a public chain', { genesis: 'finney' }],
      ] as const)
        it(`keeps the last standings when a node of ${what} has lost its data`, async () => {
          await using started = await reset([validator], options)
          assert.equal(started.life.report().problems.chain?.code, 'CHAIN_CONTRADICTORY')
          assert.deepEqual([...started.only('chainReset'), ...started.only('deregistered')], [])
        })
    })

    it('warns when the settings begin to refuse every neuron, at the start and later', async () => {
      const refusalOf = settingsRefusal({
        allow: [],
        deny: [],
        requirePermit: true,
        allowUnregistered: false,
        minStake: 6_000,
      })
      await using started = await start({ refusalOf })
      const { node, clock, events, life } = started
      const warned = () => events.filter(({ event }) => event === 'noCallers')
      assert.equal(
        warned()[0]?.message,
        'the settings refuse every neuron of subnet 1: stake below minimum (1), validator permit required (1)',
      )
      assert.equal(warned()[0]?.hint, 'lower --min-stake: 5000 TAO is the highest stake')
      const setStake = async (stake: bigint) => {
        node.change(subnet => ({ ...subnet, neurons: subnet.neurons.map(one => neuronOf({ ...one, stake })) }))
        await clock.run(HOUR)
      }
      await setStake(7_000n * TAO)
      assert.deepEqual([warned().length, life.report().noCallers], [1, null])
      await setStake(10n * TAO)
      assert.deepEqual(
        [warned().length, life.report().noCallers?.hint],
        [2, 'lower --min-stake: 10 TAO is the highest stake'],
      )
      life.takePolicy({ maxStandingsAgeMs: 86_400_000, refusalOf: () => null })
      assert.equal(life.report().noCallers, null)
      life.takePolicy({ maxStandingsAgeMs: 86_400_000, refusalOf: () => 'stake below minimum' })
      assert.equal(warned().length, 3)
    })

    it('counts the last metagraph as long as the policy says that it takes over', async () => {
      await using started = await start()
      const { node, clock, life } = started
      const takePolicy = (maxStandingsAgeMs: number) => life.takePolicy({ maxStandingsAgeMs, refusalOf: () => null })
      takeDown(node)
      await started.until('stale')
      await clock.run(2 * HOUR)
      takePolicy(HOUR)
      assert.deepEqual([life.chainState(), life.standings(alice.address)], ['unknown', 'unknown'])
      takePolicy(24 * HOUR)
      assert.equal(life.chainState(), 'stale')
    })

    it('survives a listener that throws', async () => {
      const heard: string[] = []
      const onEvent = ({ event }: NeuronEvent) => {
        heard.push(event)
        throw new Error('a full disk')
      }
      await using started = await start({ onEvent })
      await started.clock.run(40 * MINUTE)
      assert.equal(started.life.chainState(), 'fresh')
      assert.ok(heard.length > 2)
    })

    it('ends when it is disposed, also while the chain does not answer', async () => {
      const started = await start()
      const { node, clock, life } = started
      node.faults.isStalled = true
      clock.advance(5 * MINUTE)
      await life[Symbol.asyncDispose]()
      await started[Symbol.asyncDispose]()
    })

    it('asks no more than it has to', async () => {
      await using started = await start({ subnet: { tempo: 360 } })
      const { node, clock } = started
      const before = node.calls.count('state_call')
      await clock.run(2 * HOUR)
      const calls = node.calls.count('state_call') - before
      assert.ok(calls <= 60, String(calls)) // a metagraph takes two or three
      assert.equal(node.connections.accepted, 1)
    })
  })
})
