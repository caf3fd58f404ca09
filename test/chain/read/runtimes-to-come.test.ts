import assert from 'node:assert/strict'
import type { Metagraph } from '#dist/chain/metagraph.js'
import { readMetagraph } from '#dist/chain/read/read-metagraph.js'
import { field, RuntimeEditor } from '../../support/chain/edited-runtime.ts'
import { RpcError } from '../../support/chain/json-rpc.ts'
import { openNode } from '../../support/chain/open-node.ts'
import { recordedSubnet } from '../../support/chain/recorded-subnet.ts'
import type { Runtime } from '../../support/chain/runtime.ts'
import type { SourceSubnet } from '../../support/chain/source-subnet.ts'
import { startChainNode } from '../../support/chain/start-chain-node.ts'

const signal = AbortSignal.timeout(600_000)
const GRAPH = ['SubnetInfoRuntimeApi', 'get_selective_mechagraph'] as const
const LITE = ['NeuronInfoRuntimeApi', 'get_neurons_lite'] as const

describe('a runtime to come', () => {
  it('is read the same with newtypes, and with fields in another order, renamed, removed and added', async () => {
    const editor = new RuntimeEditor(381)
    const netuid = editor.addNewtype('NetUid', editor.primitive('u16'))
    for (const [api, name] of [GRAPH, LITE]) editor.calls(api).find(call => call.name === name).inputs[0].type = netuid
    for (const { type } of editor.items())
      if (type.tag === 'map' && type.value.key === editor.primitive('u16')) type.value.key = netuid
    const account = editor.addNewtype('AccountId', editor.named('AccountId32'))
    const alpha = editor.addNewtype('AlphaBalance', editor.primitive('u64'))
    const fields = editor.fields('SelectiveMetagraph')
    const typeOf = (name: string, type: number) => {
      fields.find(field => field.name === name).type = type
    }
    typeOf('hotkeys', editor.addOptionalList(account))
    typeOf('emission', editor.addOptionalList(editor.addCompact(alpha)))
    typeOf('alpha_stake', editor.addOptionalList(alpha))
    fields.reverse()
    fields.find(field => field.name === 'incentives').name = 'incentive'
    fields.splice(
      fields.findIndex(field => field.name === 'rank'),
      1,
      field('collateral', editor.addOptionalList(alpha)),
    )
    for (const name of ['Rank', 'Trust', 'PruningScores', 'LastMechansimStepBlock']) editor.removeItem(name)

    const subnet = recordedSubnet()
    const incentive = subnet.neurons.map(neuron => neuron.incentive)
    const read = await readOf(editor.build(479), { ...subnet, more: { ...subnet.more, incentive } })
    const now = await readOf(undefined)
    assert.equal(read.specVersion, 479)
    assert.deepEqual(read.subnet, now.subnet)
    assert.deepEqual(
      read.neurons,
      now.neurons.map(neuron => ({ ...neuron, rank: null })),
    )
  })

  it('is read by get_neurons_lite when it has no mechagraph, or one that is not understood', async () => {
    const none = new RuntimeEditor(381)
    none.removeCall(...GRAPH)
    const odd = new RuntimeEditor(381)
    const fields = odd.fields('SelectiveMetagraph')
    fields.find(field => field.name === 'total_stake').type = odd.addOptionalList(odd.primitive('u128'))
    const { neurons } = await readOf(undefined)
    for (const editor of [none, odd]) assert.deepEqual((await readOf(editor.build(500))).neurons, neurons)
  })

  it('is read from its storage when no call tells the neurons', async () => {
    const editor = new RuntimeEditor(381)
    for (const [api, name] of [GRAPH, LITE]) editor.removeCall(api, name)
    const { neurons } = await readOf(undefined)
    assert.deepEqual((await readOf(editor.build(500))).neurons, neurons)
  })

  it('is refused when nothing tells what of the TAO counts', async () => {
    const editor = new RuntimeEditor(381)
    editor.removeCall(...GRAPH)
    editor.removeCall('SubnetInfoRuntimeApi', 'get_subnet_state')
    await assert.rejects(readOf(editor.build(500)), {
      name: 'ChainError',
      code: 'RUNTIME_UNSUPPORTED',
      message: /^cannot read runtime 500 of the chain: .*the runtime has no get_subnet_state/,
    })
  })

  it('is refused when a number has another type, and with it perhaps another unit', async () => {
    const editor = new RuntimeEditor(381)
    const u32 = editor.primitive('u32')
    editor.fields('SelectiveMetagraph').find(({ name }) => name === 'dividends').type = editor.addOptionalList(u32)
    editor.fields('NeuronInfoLite').find(({ name }) => name === 'dividends').type = editor.addCompact(u32)
    editor.item('Dividends').type.value.value = editor.addType({ def: { tag: 'sequence', value: u32 } })
    await assert.rejects(readOf(editor.build(500)), {
      code: 'RUNTIME_UNSUPPORTED',
      message: [
        'cannot read runtime 500 of the chain: get_selective_mechagraph.dividends is a list of u32 instead of a list of u16',
        'get_neurons_lite[0].dividends is u32 instead of u16',
        'Dividends is a list of u32 instead of a list of u16',
      ].join('; '),
    })
  })

  it('is refused when its answers are not what its metadata says', async () => {
    // the node takes a spec version below 240 for one with opaque answers, which this metadata does not describe so
    await assert.rejects(readOf(new RuntimeEditor(240).build(239)), {
      code: 'RUNTIME_UNSUPPORTED',
      message:
        /^cannot read runtime 239 of the chain: .*get_neurons_lite is not what the metadata says: .*get_subnet_state/,
    })
  })

  it('is refused when it stores no Tempo', async () => {
    const editor = new RuntimeEditor(381)
    editor.removeItem('Tempo')
    await assert.rejects(readOf(editor.build(500)), {
      code: 'RUNTIME_UNSUPPORTED',
      message: 'cannot read runtime 500 of the chain: the runtime does not store Tempo',
    })
  })

  it('is read when a type contains itself several times', async () => {
    const editor = new RuntimeEditor(381)
    const cyclic = editor.addType({ path: ['Cyclic'], def: { tag: 'composite', value: [] } })
    editor.fields('Cyclic').push(...['a', 'b', 'c', 'd'].map(name => field(name, cyclic)))
    editor.fields('SelectiveMetagraph').push(field('more', cyclic))
    // The node cannot encode such a mechagraph, so it has none.
    assert.equal((await readOf(editor.build(500))).neurons.length, 1024)
  })

  it('cannot write control characters, or a long text, into a message', async () => {
    const editor = new RuntimeEditor(381)
    const path = [`\u001b[2J${'x'.repeat(100_000)}`]
    editor.item('Tempo').type.value.value = editor.addType({ path, def: { tag: 'variant', value: [] } })
    await assert.rejects(readOf(editor.build(500)), ({ message }: Error) => {
      assert.match(message, /Tempo is \\u001b\[2Jx+… instead of/)
      assert.ok(message.length < 500)
      return true
    })
  })

  it('is read after an upgrade while connected', async () => {
    await using server = await startChainNode({ spec: 343 })
    await using node = await openNode(server)
    assert.equal((await readMetagraph(node, 1, signal)).specVersion, 343)
    server.upgrade(381)
    const upgraded = node.client.finalizedBlock$
    await new Promise<void>(resolve => {
      const seen = upgraded.subscribe(({ number }) => {
        if (number < server.chain.head.number) return
        resolve()
        queueMicrotask(() => seen.unsubscribe())
      })
    })
    const read = await readMetagraph(node, 1, signal)
    assert.deepEqual([read.specVersion, read.neurons.length], [381, 1024])
  })
})

describe('runtime 103', () => {
  it('is read from its storage when get_neurons_lite fails', async () => {
    await using server = await startChainNode({ spec: 103 })
    await using node = await openNode(server)
    const expected = await readMetagraph(node, 1, signal)
    server.faults.refuse = method => (method === 'state_call' ? new RpcError(4003, 'Execution failed') : undefined)
    const read = await readMetagraph(node, 1, signal)
    assert.deepEqual(read.neurons, expected.neurons)
  })
})

async function readOf(runtime: Runtime | undefined, subnet: SourceSubnet = recordedSubnet()): Promise<Metagraph> {
  // By chainHead, polkadot-api 2.2.2 asks without end for the code of a block between two finalised ones that differ.
  await using server = await startChainNode({ subnets: [subnet], protocol: 'legacy' })
  if (runtime) server.upgrade(runtime)
  await using node = await openNode(server)
  return await readMetagraph(node, 1, signal)
}
