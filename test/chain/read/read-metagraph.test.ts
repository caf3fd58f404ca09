import assert from 'node:assert/strict'
import type { Metagraph, Neuron } from '#dist/chain/metagraph.js'
import { readMetagraph } from '#dist/chain/read/read-metagraph.js'
import { decodeAddress, encodeAddress } from '#dist/keys/ss58.js'
import { generatedSubnet } from '../../support/chain/generated-subnet.ts'
import { openNode } from '../../support/chain/open-node.ts'
import { plainNeurons, plainState } from '../../support/chain/plain-answers.ts'
import { RECORDED_BLOCK, recordedSubnet } from '../../support/chain/recorded-subnet.ts'
import { type Spec, specs } from '../../support/chain/runtime.ts'
import type { SourceNeuron, SourceSubnet } from '../../support/chain/source-subnet.ts'
import { type ChainNodeOptions, genesisOf, startChainNode } from '../../support/chain/start-chain-node.ts'
import { subnetOf } from '../../support/chain/subnet-of.ts'
import { alice } from '../../support/signed-request.ts'

const signal = AbortSignal.timeout(600_000)

describe('readMetagraph', () => {
  for (const spec of specs) {
    it(`reads each field of 1,024 neurons of finney on runtime ${spec}, by legacy methods`, async () => {
      const { neurons } = await metagraphOf({ spec, protocol: 'legacy' })
      assert.equal(neurons.length, 1024)
      assert.deepEqual(neurons.map(plain), expectedOfRecording(spec))
    })

    it(`reads each field where all differ on runtime ${spec}, by chainHead`, async () => {
      const subnet = { ...generatedSubnet({ neurons: 1024 }), netuid: 258 }
      const { neurons } = await metagraphOf({ spec, protocol: 'chainHead', subnets: [subnet] }, 258)
      assert.deepEqual(
        neurons,
        subnet.neurons.map((source, uid) => expected(spec, source, uid)),
      )
    })

    it(`tells an empty subnet from an unknown one on runtime ${spec}`, async () => {
      const options = { spec, subnets: [subnetOf([], { netuid: 7 })] }
      assert.deepEqual((await metagraphOf(options, 7)).neurons, [])
      await assert.rejects(metagraphOf(options, 8), { code: 'SUBNET_UNKNOWN', message: 'the chain has no subnet 8' })
    })
  }

  it('says at which block of which chain it was read', async () => {
    const now = Date.parse('2026-11-28T12:00:00Z')
    const { neurons: _, ...read } = await metagraphOf({ genesis: 'finney', now: () => now })
    const { tempo, lastStep, immunityPeriod, servingRateLimit } = recordedSubnet()
    assert.deepEqual(read, {
      genesis: genesisOf('finney'),
      specVersion: 381,
      block: RECORDED_BLOCK,
      blockAt: now,
      readAt: 1234,
      subnet: { netuid: 1, tempo, lastStep, immunityPeriod, servingRateLimit },
    })
  })

  it('refuses two neurons of one hotkey', async () => {
    const hotkey = recordedSubnet().neurons[0]!.hotkey
    const subnets = [subnetOf([{ hotkey, hasPermit: true }, { hotkey }])]
    await assert.rejects(metagraphOf({ subnets }), {
      code: 'RUNTIME_UNSUPPORTED',
      message: /the subnet has two neurons of one hotkey/,
    })
  })

  it('refuses more neurons than a subnet can have', async () => {
    const hotkeys = Array.from({ length: 10_001 }, (_, uid) => encodeAddress(Buffer.alloc(32, String(uid).padStart(8))))
    const subnets = [subnetOf(hotkeys.map(hotkey => ({ hotkey })))]
    await assert.rejects(metagraphOf({ subnets, protocol: 'legacy' }), {
      code: 'RUNTIME_UNSUPPORTED',
      message: /the subnet has 10001 neurons/,
    })
  })

  it('reads all of it at one finalised block while others are made', async () => {
    const version =
      (round: number) =>
      (subnet: SourceSubnet): SourceSubnet => ({
        ...subnet,
        tempo: 1000 + round,
        neurons: subnet.neurons.map(neuron => ({ ...neuron, lastUpdate: round, validatorTrust: round })),
      })
    await using server = await startChainNode({ subnets: [version(0)(recordedSubnet())] })
    await using node = await openNode(server)
    let made = 0
    const making = setInterval(() => server.change(version(++made)), 5)
    try {
      for (let reads = 0; reads < 20; reads++) {
        const { subnet, neurons } = await readMetagraph(node, 1, signal)
        const rounds = neurons.flatMap(({ lastUpdate, validatorTrust }) => [
          lastUpdate,
          Math.round((validatorTrust ?? -1) * 65535),
        ])
        assert.deepEqual(new Set(rounds), new Set([subnet.tempo - 1000]))
      }
    } finally {
      clearInterval(making)
    }
    assert.ok(made > 20)
  })

  for (const netuid of [70_000, -1, 1.5, Number.NaN])
    it(`refuses subnet ${netuid} instead of reading another one`, async () => {
      await assert.rejects(metagraphOf({}, netuid), { code: 'SUBNET_UNKNOWN' })
    })

  for (const subnet of [recordedSubnet(), subnetOf([{ hotkey: alice.address }]), subnetOf([])])
    it(`reads ${subnet.neurons.length} neurons with one call where it can`, async () => {
      await using server = await startChainNode({ subnets: [subnet] })
      await using node = await openNode(server)
      assert.equal((await readMetagraph(node, 1, signal)).neurons.length, subnet.neurons.length)
      assert.equal(server.calls.count('SubnetInfoRuntimeApi_get_selective_mechagraph'), 1)
      assert.equal(server.calls.count('NeuronInfoRuntimeApi_get_neurons_lite'), 0)
    })

  it('stops with the reason of the signal', async () => {
    await using server = await startChainNode()
    await using node = await openNode(server)
    server.faults.isStalled = true
    const stop = new AbortController()
    const reading = readMetagraph(node, 1, stop.signal)
    const reason = new Error('enough')
    stop.abort(reason)
    await assert.rejects(reading, reason)
    await assert.rejects(readMetagraph(node, 1, stop.signal), reason)
  })
})

async function metagraphOf(options: ChainNodeOptions, netuid = 1): Promise<Metagraph> {
  await using server = await startChainNode(options)
  await using node = await openNode(server)
  return await readMetagraph(node, netuid, signal, () => 1234)
}

/** What each spec makes of a neuron. Runtime 103 is older than alpha: all stake is TAO. */
function expected(spec: Spec, source: SourceNeuron, uid: number): Neuron {
  const { hotkey, coldkey, hasPermit, isActive, lastUpdate, registeredAt, axon } = source
  return {
    uid,
    hotkey,
    coldkey,
    hasPermit,
    isActive,
    stakeRao: spec === 103 ? source.stakes.reduce((sum, [, rao]) => sum + rao, 0n) : source.totalStake,
    alphaRao: spec === 103 ? null : source.alphaStake,
    taoRao: spec === 103 ? source.stakes.reduce((sum, [, rao]) => sum + rao, 0n) : source.taoStake,
    rank: source.rank / 65535,
    trust: source.trust / 65535,
    validatorTrust: source.validatorTrust / 65535,
    consensus: source.consensus / 65535,
    incentive: source.incentive / 65535,
    dividends: source.dividends / 65535,
    emissionRao: source.emission,
    lastUpdate,
    registeredAt,
    axon:
      axon.port <= 1
        ? null
        : {
            block: Number(axon.block),
            version: axon.version,
            ip: axon.ip_type === 6 ? ipv6(axon.ip) : ipv4(axon.ip),
            port: axon.port,
            protocol: axon.protocol,
          },
  }
}

function ipv4(ip: bigint): string {
  return [24n, 16n, 8n, 0n].map(shift => (ip >> shift) & 255n).join('.')
}

/** As Node's URL writes it. */
function ipv6(ip: bigint): string {
  const groups = ip.toString(16).padStart(32, '0').match(/.{4}/g)!
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}

/** The neurons as the plain decoder reads the recorded bytes. */
function expectedOfRecording(spec: Spec) {
  const state = plainState()
  return plainNeurons().map((neuron, uid) => {
    const { axon } = neuron
    const stake = neuron.stake.reduce((sum, { rao }) => sum + rao, 0n)
    assert.deepEqual([Number(neuron.uid), Number(neuron.netuid), state.hotkeys[uid]], [uid, 1, neuron.hotkey])
    return {
      uid,
      hotkey: neuron.hotkey,
      coldkey: neuron.coldkey,
      hasPermit: neuron.permit === 1,
      isActive: neuron.active === 1,
      stakeRao: spec === 103 ? stake : state.total_stake[uid],
      alphaRao: spec === 103 ? null : state.alpha_stake[uid],
      taoRao: spec === 103 ? stake : state.tao_stake[uid],
      rank: neuron.rank / 65535,
      trust: neuron.trust / 65535,
      validatorTrust: neuron.validatorTrust / 65535,
      consensus: neuron.consensus / 65535,
      incentive: neuron.incentive / 65535,
      dividends: neuron.dividends / 65535,
      emissionRao: neuron.emission,
      lastUpdate: neuron.lastUpdate,
      registeredAt: state.block_at_registration[uid],
      axon:
        axon.ip === 0n || axon.port <= 1
          ? null
          : {
              block: axon.block,
              version: axon.version,
              ip: ipv4(axon.ip),
              port: axon.port,
              protocol: axon.protocol,
            },
    }
  })
}

/** With the keys as the plain decoder gives them. */
function plain(neuron: Neuron) {
  const hex = (address: string) => Buffer.from(decodeAddress(address)).toString('hex')
  return { ...neuron, hotkey: hex(neuron.hotkey), coldkey: hex(neuron.coldkey) }
}
