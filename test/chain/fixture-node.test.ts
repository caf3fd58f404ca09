import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Binary } from '@polkadot-api/substrate-bindings'
import { createClient, InvalidTxError } from 'polkadot-api'
import { getPolkadotSigner } from 'polkadot-api/signer'
import { getWsProvider } from 'polkadot-api/ws'
import { WebSocket } from 'ws'
import { generatedSubnet } from '../support/chain/generated-subnet.ts'
import { RpcError, refusing } from '../support/chain/json-rpc.ts'
import { RECORDED_BLOCK, recordedAnswers, recordedSubnet } from '../support/chain/recorded-subnet.ts'
import { tooMany } from '../support/chain/refuse-upgrade.ts'
import { alteredRuntime, type Decoded, runtimeOf, specs } from '../support/chain/runtime.ts'
import type { SourceNeuron } from '../support/chain/source-subnet.ts'
import { startChainNode } from '../support/chain/start-chain-node.ts'
import { startChainProxy } from '../support/chain/start-chain-proxy.ts'
import { withoutNeurons, withoutPermits } from '../support/chain/subnet-changes.ts'
import { subnetOf } from '../support/chain/subnet-of.ts'
import { alice, bob } from '../support/signed-request.ts'

describe('the chain node of the tests', () => {
  const ofAlice = () => [subnetOf([{ hotkey: alice.address, stake: 5n, hasPermit: true }, { hotkey: bob.address }])]

  for (const protocol of ['legacy', 'chainHead'] as const)
    describe(`by ${protocol}`, () => {
      for (const spec of specs)
        it(`lets polkadot-api read runtime ${spec}, and serve an axon there`, async () => {
          await using node = await startChainNode({ spec, protocol, subnets: ofAlice() })
          await using client = connect(node.url)
          const { SubtensorModule, Timestamp } = client.api.query
          assert.equal((await client.version()).spec_version, spec)
          assert.equal(await SubtensorModule!.Uids!.getValue(1, bob.address), 1)
          assert.equal(await SubtensorModule!.Uids!.getValue(1, anyone), undefined)
          assert.deepEqual(await SubtensorModule!.ValidatorPermit!.getValue(1), [true, false])
          assert.equal((await SubtensorModule!.Keys!.getEntries(1)).length, 2)
          assert.ok(Math.abs(Number(await Timestamp!.Now!.getValue()) - Date.now()) < 60_000)

          const { ok, block } = await client.serve(bob)
          assert.equal(ok, true)
          assert.equal(block.index, 1) // behind the time of the block
          const axon: Decoded = await SubtensorModule!.Axons!.getValue(1, bob.address)
          assert.deepEqual([axon.ip, axon.port, Number(axon.block)], [0xcb007107n, 8091, RECORDED_BLOCK + 1])
          assert.equal(node.announced?.hotkey, bob.address)
          assert.equal(await SubtensorModule!.Axons!.getValue(1, alice.address), undefined)
        })

      it('offers the methods of that protocol only', async () => {
        await using node = await startChainNode({ protocol })
        await using client = connect(node.url)
        const { methods } = await client.rpc<{ methods: string[] }>('rpc_methods')
        assert.ok(methods.includes('state_call'))
        await client.version()
        assert.equal(node.calls.count('chainHead_v1_follow') > 0, protocol === 'chainHead')
        assert.equal(node.calls.count('chain_subscribeFinalizedHeads') > 0, protocol === 'legacy')
      })

      it('refuses an announcement in the block', async () => {
        await using node = await startChainNode({ protocol, subnets: ofAlice() })
        await using client = connect(node.url)
        for (const error of ['ServingRateLimitExceeded', 'InvalidIpAddress', 'InvalidPort']) {
          node.chain.announcementRefusal = { error }
          const { ok, dispatchError } = await client.serve(alice)
          assert.equal(ok, false)
          assert.deepEqual([dispatchError?.type, dispatchError?.value], ['Module', moduleError(error)])
          assert.equal(node.announced?.error, error)
        }
        assert.equal(node.subnet().neurons[0]!.axon.port, 0)
      })

      it('refuses an announcement before the block', async () => {
        await using node = await startChainNode({ protocol, subnets: ofAlice() })
        await using client = connect(node.url)
        node.chain.announcementRefusal = { custom: 12, at: 'validation' }
        await assert.rejects(client.serve(alice), (error: unknown) => {
          assert.ok(error instanceof InvalidTxError)
          assert.deepEqual(error.error, { type: 'Invalid', value: { type: 'Custom', value: 12 } })
          return true
        })
        assert.equal(node.announced, undefined)
      })

      it('changes its runtime under a connected client', async () => {
        await using node = await startChainNode({ spec: 343, protocol, subnets: ofAlice() })
        await using client = connect(node.url)
        assert.equal((await client.version()).spec_version, 343)
        const { hash } = await client.finalised(() => node.upgrade(381))
        assert.equal(hash, node.chain.head.hash)
        assert.equal((await client.version()).spec_version, 381)
        assert.equal((await client.serve(alice)).ok, true)
      })
    })

  it('runs a runtime of the future, which has other names', async () => {
    await using node = await startChainNode()
    await using client = connect(node.url)
    const rename = { get_neurons_lite: 'get_all_neurons', ValidatorPermit: 'Permits' }
    await client.finalised(() => node.upgrade(alteredRuntime(381, { specVersion: 490, rename })))
    assert.equal((await client.version()).spec_version, 490)
    await assert.rejects(client.api.apis.NeuronInfoRuntimeApi!.get_neurons_lite!(1))
    await assert.rejects(client.api.query.SubtensorModule!.ValidatorPermit!.getValue(1))
    assert.deepEqual(await client.api.query.SubtensorModule!.Permits!.getValue(1), [])
    const [{ hotkey }] = recordedSubnet().neurons as [SourceNeuron]
    assert.equal(await client.api.query.SubtensorModule!.Uids!.getValue(1, hotkey), 0)
  })

  it('ends its subscriptions to the head, and refuses new ones', async () => {
    await using node = await startChainNode()
    await using socket = await rawSocket(node.url)
    socket.send('chainHead_v1_follow', [true])
    const { result: id } = await socket.next()
    assert.deepEqual([(await socket.next()).params.subscription, (await socket.next()).params.subscription], [id, id])
    node.chain.stopFollows()
    assert.deepEqual((await socket.next()).params.result, { event: 'stop' })
    node.faults.refuse = refusing(new RpcError(-32800, 'Too many'), 'chainHead_v1_follow')
    socket.send('chainHead_v1_follow', [true])
    assert.equal((await socket.next()).error.code, -32800)
  })

  it('sends the runtime’s version to who subscribed to it', async () => {
    await using node = await startChainNode({ spec: 240 })
    await using socket = await rawSocket(node.url)
    socket.send('state_subscribeRuntimeVersion')
    await socket.next() // the id
    assert.equal((await socket.next()).params.result.specVersion, 240)
    node.upgrade(343)
    assert.equal((await socket.next()).params.result.specVersion, 343)
  })

  it('encodes the recorded subnet as finney did', async () => {
    await using node = await startChainNode()
    const indexes = Array.from({ length: 74 }, (_, index) => u16(index)).join('')
    const calls = {
      NeuronInfoRuntimeApi_get_neurons_lite: '0x0100',
      SubnetInfoRuntimeApi_get_subnet_state: '0x0100',
      SubnetInfoRuntimeApi_get_selective_mechagraph: `0x0100002901${indexes}`,
    }
    for (const [method, args] of Object.entries(calls))
      assert.ok((await post(node.httpUrl, 'state_call', [method, args])) === hexOf(method), method)
    assert.equal(recordedSubnet().neurons.length, 1024)
  })

  for (const spec of [103, 218] as const)
    it(`wraps the answer of runtime ${spec} as bytes`, async () => {
      await using node = await startChainNode({ spec })
      const answer = await post(node.httpUrl, 'state_call', ['NeuronInfoRuntimeApi_get_neurons_lite', '0x0100'])
      const bytes = recordedAnswers().get('NeuronInfoRuntimeApi_get_neurons_lite')!
      assert.ok(answer === Binary.toHex(Binary.toOpaque(bytes)))
    })

  it('has only the metadata that a runtime of 2023 has', async () => {
    await using node = await startChainNode({ spec: 103 })
    await assert.rejects(post(node.httpUrl, 'state_call', ['Metadata_metadata_versions', '0x']), notExported)
    await assert.rejects(post(node.httpUrl, 'state_call', ['SubnetInfoRuntimeApi_get_subnet_state', '0x']), notExported)
    const metadata = await post(node.httpUrl, 'state_call', ['Metadata_metadata', '0x'])
    assert.ok(metadata === Binary.toHex(Binary.toOpaque(runtimeOf(103).metadata)))
  })

  for (const spec of specs)
    it(`tells the same of a generated subnet in every way that runtime ${spec} has`, async () => {
      const subnet = generatedSubnet({ neurons: 40, seed: spec })
      await using node = await startChainNode({ spec, subnets: [subnet] })
      await using client = connect(node.url)
      const { SubtensorModule } = client.api.query
      const [rank, emission, lastStep] = await Promise.all(
        ['Rank', 'Emission', 'LastMechansimStepBlock'].map(item => SubtensorModule![item]!.getValue(1)),
      )
      assert.deepEqual(
        rank,
        subnet.neurons.map(neuron => neuron.rank),
      )
      assert.deepEqual(
        emission,
        subnet.neurons.map(neuron => neuron.emission),
      )
      assert.equal(lastStep, BigInt(subnet.lastStep))
      if (spec < 240) return
      const lite: Decoded = await client.api.apis.NeuronInfoRuntimeApi!.get_neurons_lite!(1)
      const state: Decoded = await client.api.apis.SubnetInfoRuntimeApi!.get_subnet_state!(1)
      for (const [uid, neuron] of subnet.neurons.entries()) {
        assert.deepEqual(lite[uid].axon_info, neuron.axon)
        assert.deepEqual(lite[uid].stake, neuron.stakes)
        assert.equal(state.total_stake[uid], neuron.totalStake)
        assert.equal(Number(state.block_at_registration[uid]), neuron.registeredAt)
      }
      if (spec < 343) return
      const graph: Decoded = await client.api.apis.SubnetInfoRuntimeApi!.get_selective_mechagraph!(1, 0, [52, 68])
      assert.deepEqual(
        graph.hotkeys,
        subnet.neurons.map(({ hotkey }) => hotkey),
      )
      assert.deepEqual(
        graph.tao_stake,
        subnet.neurons.map(({ taoStake }) => taoStake),
      )
      assert.equal(graph.axons, undefined) // not asked for
    })

  it('gives every field of every generated neuron a value of its own', () => {
    const { neurons } = generatedSubnet({ neurons: 1024 })
    const shares = neurons.flatMap(({ rank, trust, validatorTrust, consensus, incentive, dividends, pruningScore }) => [
      ...[rank, trust, validatorTrust, consensus, incentive, dividends, pruningScore],
    ])
    const amounts = neurons.flatMap(({ alphaStake, taoStake, totalStake, emission }) => [
      ...[alphaStake, taoStake, totalStake, emission],
    ])
    for (const values of [shares, amounts, neurons.flatMap(({ hotkey, coldkey }) => [hotkey, coldkey])])
      assert.equal(new Set<unknown>(values).size, values.length)
  })

  it('refuses what the chain refuses by itself', async () => {
    await using node = await startChainNode({ subnets: ofAlice() })
    await using client = connect(node.url)
    const errorOf = async (...call: Parameters<typeof client.serve>) => {
      const { ok, dispatchError } = await client.serve(...call)
      return ok ? null : (dispatchError as Decoded).value.value.type
    }
    assert.equal(await errorOf(alice, { ip: 0x7f000001n }), 'InvalidIpAddress')
    assert.equal(await errorOf(alice, { port: 0 }), 'InvalidPort')
    assert.equal(await errorOf(alice), null)
    assert.equal(await errorOf(alice), 'ServingRateLimitExceeded')
    node.deregister(bob.address)
    assert.equal(await errorOf(bob), 'HotKeyNotRegisteredInNetwork')
    node.register({ hotkey: bob.address })
    assert.equal(await errorOf(bob), null)
    assert.equal(node.subnet().neurons.length, 3)
  })

  it('changes a subnet, and has others', async () => {
    const second = subnetOf([{ hotkey: bob.address }], { netuid: 2 })
    await using node = await startChainNode({ subnets: [...ofAlice(), second] })
    await using client = connect(node.url)
    const { SubtensorModule } = client.api.query
    const neurons = async (netuid: number): Promise<Decoded> =>
      client.api.apis.NeuronInfoRuntimeApi!.get_neurons_lite!(netuid)
    assert.deepEqual([(await neurons(1)).length, (await neurons(2)).length, (await neurons(3)).length], [2, 1, 0])
    assert.equal(await SubtensorModule!.NetworksAdded!.getValue(3), false)
    assert.equal(await SubtensorModule!.Uids!.getValue(2, bob.address), 0)
    await client.finalised(() => node.change(withoutPermits))
    assert.deepEqual(await SubtensorModule!.ValidatorPermit!.getValue(1), [false, false])
    await client.finalised(() => node.change(withoutNeurons))
    assert.deepEqual([await neurons(1), await SubtensorModule!.SubnetworkN!.getValue(1)], [[], 0])
    assert.equal((await neurons(2)).length, 1)
  })

  it('answers 1010 to an extrinsic that it does not take', async () => {
    await using node = await startChainNode({ subnets: ofAlice() })
    await using client = connect(node.url)
    const submit = (hex: string) => post(node.httpUrl, 'author_submitExtrinsic', [hex])
    const signed = await client.sign(alice)
    await assert.rejects(submit(flipped(signed)), { code: 1010, data: 'Transaction has a bad signature' })
    node.chain.announcementRefusal = { custom: 10, at: 'submission' }
    await assert.rejects(submit(signed), { code: 1010, data: 'Custom error: 10' })
    node.chain.announcementRefusal = undefined
    const served = client.finalised(() => submit(signed))
    assert.equal((await served).number, RECORDED_BLOCK + 1)
    await assert.rejects(submit(signed), { code: 1010, data: 'Transaction is outdated' })
  })

  it('keeps an extrinsic until a block is made by hand, and a nonce of the future for longer', async () => {
    await using node = await startChainNode({ subnets: ofAlice(), sealing: 'by hand' })
    await using client = connect(node.url)
    const [second, first] = [await client.sign(alice, { nonce: 1 }), await client.sign(alice, { nonce: 0 })]
    await post(node.httpUrl, 'author_submitExtrinsic', [second])
    assert.equal(node.makeBlock().extrinsics.length, 1)
    await post(node.httpUrl, 'author_submitExtrinsic', [first])
    assert.equal(node.makeBlock().extrinsics.length, 3)
  })

  it('makes blocks by a timer, and finalises by hand', async () => {
    await using node = await startChainNode({ blockMs: 5, finality: 'by hand' })
    await using socket = await rawSocket(node.url)
    socket.send('chain_subscribeNewHeads')
    await socket.next()
    const [first, second] = [await socket.next(), await socket.next()].map(({ params }) => Number(params.result.number))
    assert.equal(second! - first!, 1)
    assert.equal(node.chain.finalised.number, RECORDED_BLOCK)
    node.chain.finalise()
    assert.equal(node.chain.finalised, node.chain.head)
  })

  it('has a head as old as told, and a first block of the network named', async () => {
    await using node = await startChainNode({ genesis: 'finney', now: () => Date.now() - 600_000 })
    await using client = connect(node.url)
    const age = async () => Date.now() - Number(await client.api.query.Timestamp!.Now!.getValue())
    assert.ok((await age()) >= 600_000)
    await client.finalised(() => node.setTime(Date.now))
    assert.ok((await age()) < 60_000)
    assert.equal(
      await client.rpc('chain_getBlockHash', [0]),
      '0x2f0555cc76fc2840a25a6ea3b9637146806f1f44b090c175ffde2a7e5ab36c03',
    )
  })

  it('answers as an endpoint that limits the rate', async () => {
    await using node = await startChainNode()
    node.faults.upgrade = tooMany('7')
    const refused = new WebSocket(node.url)
    const [, response] = await once(refused, 'unexpected-response')
    assert.deepEqual([response.statusCode, response.headers['retry-after']], [429, '7'])
    response.resume()
    assert.deepEqual({ ...node.connections }, { accepted: 0, refused: 1, open: 0 })
    node.faults.refuse = refusing(new RpcError(429, 'Too many requests'), 'system_chain')
    await assert.rejects(post(node.httpUrl, 'system_chain', []), { code: 429 })
    assert.match(await post(node.httpUrl, 'system_name', []), /Subtensor/)
  })

  it('reads and never answers while it is stalled', async () => {
    await using node = await startChainNode()
    await using socket = await rawSocket(node.url)
    node.faults.isStalled = true
    socket.send('system_chain')
    await node.calls.next('system_chain')
    node.faults.isStalled = false
    socket.send('system_name')
    assert.match((await socket.next()).result, /Subtensor/) // the first call was lost
  })
})

describe('the chain proxy of the tests', () => {
  it('lets a client through, and counts its calls', async () => {
    await using node = await startChainNode()
    await using proxy = await startChainProxy(node.url)
    await using client = connect(proxy.url)
    assert.equal((await client.version()).spec_version, 381)
    assert.ok(proxy.calls.count('Metadata_metadata_versions') > 0)
    assert.deepEqual({ ...proxy.connections }, { accepted: 1, refused: 0, open: 1 })
  })

  it('drops the connection of the next call by name, and delivers that call', async () => {
    await using node = await startChainNode()
    await using proxy = await startChainProxy(node.url)
    await using socket = await rawSocket(proxy.url)
    const dropped = proxy.dropDuring('NeuronInfoRuntimeApi_get_neurons_lite')
    socket.send('system_chain')
    await socket.next()
    const [called] = [node.calls.next('NeuronInfoRuntimeApi_get_neurons_lite'), socket.send('state_call', lite)]
    await Promise.all([dropped, called, socket.closed])
    await using again = await rawSocket(proxy.url)
    again.send('state_call', lite)
    assert.ok((await again.next()).result)
  })

  it('drops all connections, and refuses new ones', async () => {
    await using node = await startChainNode()
    await using proxy = await startChainProxy(node.url)
    await using socket = await rawSocket(proxy.url)
    proxy.isRefusing = true
    proxy.drop()
    await socket.closed
    await assert.rejects(rawSocket(proxy.url))
    proxy.isRefusing = false
    proxy.upgradeRefusal = tooMany('1')
    await assert.rejects(rawSocket(proxy.url), /429/)
    proxy.upgradeRefusal = undefined
    await using again = await rawSocket(proxy.url)
    again.send('system_chain')
    assert.ok((await again.next()).result)
  })

  it('holds messages back and closes nothing while it is stalled, and is late by a delay', async () => {
    await using node = await startChainNode()
    await using proxy = await startChainProxy(node.url)
    await using socket = await rawSocket(proxy.url)
    proxy.stall()
    const called = proxy.calls.next('system_chain')
    socket.send('system_chain')
    await called
    assert.equal(node.calls.count('system_chain'), 0)
    proxy.delayMs = 20
    const began = performance.now()
    proxy.resume()
    assert.ok((await socket.next()).result)
    assert.ok(performance.now() - began >= 19)
  })
})

const lite = ['NeuronInfoRuntimeApi_get_neurons_lite', '0x0100']
const notExported = { code: 4003, message: /is not found/ }
const anyone = '5CiPPseXPECbkjWCa6MnjNokrgYjMqmKndv2rSnekmSK2DjL'

/** Connects polkadot-api, as the miner does. */
function connect(url: string) {
  const client = createClient(getWsProvider(url, { websocketClass: WebSocket as never }))
  const api = client.getUnsafeApi()
  const signer = ({ publicKey, sign }: typeof alice) => getPolkadotSigner(publicKey, 'Sr25519', text => sign(text))
  const announcement = { netuid: 1, version: 11_003_000, ip: 0xcb007107n, port: 8091, ip_type: 4, protocol: 4 }
  const call = (fields: object) =>
    api.tx.SubtensorModule!.serve_axon!({ ...announcement, placeholder1: 0, placeholder2: 0, ...fields })
  return {
    api,
    rpc: <T>(method: string, params: unknown[] = []) => client._request<T>(method, params),
    version: async (): Promise<Decoded> => api.constants.System!.Version!(),
    serve: (by: typeof alice, fields: object = {}) => call(fields).signAndSubmit(signer(by)),
    sign: async (by: typeof alice, options: { nonce?: number } = {}) =>
      Binary.toHex(await call({}).sign(signer(by), options)),
    /** Resolves with the next finalised block, once the client knows one before it. */
    async finalised(cause: () => unknown) {
      const first = await client.getFinalizedBlock()
      const { promise, resolve, reject } = Promise.withResolvers<typeof first>()
      const blocks = client.finalizedBlock$.subscribe({
        next: block => block.number > first.number && resolve(block),
        error: reject,
      })
      await cause()
      return promise.finally(() => blocks.unsubscribe())
    },
    async [Symbol.asyncDispose]() {
      client.destroy()
    },
  }
}

/** Opens a WebSocket and talks JSON-RPC by hand. */
async function rawSocket(url: string) {
  const socket = new WebSocket(url)
  const messages: Decoded[] = []
  const waiting: ((message: Decoded) => void)[] = []
  socket.on('message', data => {
    const message = JSON.parse(data.toString())
    const taker = waiting.shift()
    if (taker) taker(message)
    else messages.push(message)
  })
  const closed = new Promise(resolve => socket.once('close', resolve))
  await once(socket, 'open')
  socket.on('error', () => {}) // the 'close' event that follows is handled
  return {
    closed,
    send: (method: string, params: unknown[] = []) =>
      socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })),
    next: (): Promise<Decoded> =>
      messages.length > 0 ? messages.shift() : new Promise(resolve => waiting.push(resolve)),
    async [Symbol.asyncDispose]() {
      socket.terminate()
      await closed
    },
  }
}

/** Calls by HTTP. Throws the error that is answered. */
async function post(url: string, method: string, params: unknown[]): Promise<string> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const answer: Decoded = await (await fetch(url, { method: 'POST', body })).json()
  if (answer.error) throw answer.error
  return answer.result
}

function moduleError(name: string) {
  return { type: 'SubtensorModule', value: { type: name, value: undefined } }
}

function hexOf(method: string): string {
  return Binary.toHex(recordedAnswers().get(method)!)
}

/** The extrinsic with a bit of its signature changed. */
function flipped(hex: string): string {
  const bytes = Binary.fromHex(hex)
  bytes[40]! ^= 1
  return Binary.toHex(bytes)
}

function u16(value: number): string {
  return Buffer.from(Uint16Array.of(value).buffer).toString('hex')
}
