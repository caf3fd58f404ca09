import assert from 'node:assert/strict'
import { Binary } from '@polkadot-api/substrate-bindings'
import { createClient } from 'polkadot-api'
import { getPolkadotSigner } from 'polkadot-api/signer'
import { getWsProvider } from 'polkadot-api/ws'
import { WebSocket } from 'ws'
import { recordedAnswers, recordedSubnet } from '../support/chain/recorded-subnet.ts'
import { type Decoded, specs } from '../support/chain/runtime.ts'
import { type ChainServer, startChainNode } from '../support/chain/start-chain-node.ts'
import { subnetOf } from '../support/chain/subnet-of.ts'
import { alice, bob } from '../support/signed-request.ts'

describe('the chain node of the tests', () => {
  for (const spec of specs)
    it(`lets polkadot-api read runtime ${spec} and serve an axon`, async () => {
      await using node = await startChainNode({ spec, subnets: [subnetOf([{ hotkey: alice.address }])] })
      await using client = connect(node)
      const { api } = client
      const version: Decoded = await api.constants.System!.Version!()
      assert.equal(version.spec_version, spec)
      const { SubtensorModule } = api.query
      assert.equal(await SubtensorModule!.Uids!.getValue(1, alice.address), 0)
      assert.equal(await SubtensorModule!.Uids!.getValue(1, bob.address), undefined)
      const result = await serve(client, node)
      assert.equal(result.ok, true)
      assert.equal(node.announced?.ip, 3405803783n)
      const { port, block }: Decoded = await SubtensorModule!.Axons!.getValue(1, alice.address)
      assert.deepEqual([port, Number(block)], [8091, result.block.number])
    })

  it('encodes the recorded subnet as finney did', async () => {
    await using node = await startChainNode()
    await using client = connect(node)
    const indexes = [...Array(74).keys()]
    const calls = {
      NeuronInfoRuntimeApi_get_neurons_lite: '0x0100',
      SubnetInfoRuntimeApi_get_subnet_state: '0x0100',
      SubnetInfoRuntimeApi_get_selective_mechagraph: `0x0100002901${indexes.map(index => u16(index)).join('')}`,
    }
    for (const [method, args] of Object.entries(calls)) {
      const answer = await client.rpc<string>('state_call', [method, args])
      assert.ok(answer === Binary.toHex(recordedAnswers().get(method)!), method)
    }
    assert.equal(recordedSubnet().neurons.length, 1024)
  })
})

type Client = ReturnType<typeof connect>

function connect({ url }: Pick<ChainServer, 'url'>) {
  const client = createClient(getWsProvider(url, { websocketClass: WebSocket as never }))
  return {
    api: client.getUnsafeApi(),
    rpc: <T>(method: string, params: unknown[]) => client._request<T>(method, params),
    async [Symbol.asyncDispose]() {
      client.destroy()
    },
  }
}

function serve({ api }: Client, _: ChainServer, signer = alice) {
  const call = {
    netuid: 1,
    version: 11_003_000,
    ip: 3405803783n,
    port: 8091,
    ip_type: 4,
    protocol: 4,
    placeholder1: 0,
    placeholder2: 0,
  }
  const papiSigner = getPolkadotSigner(signer.publicKey, 'Sr25519', text => signer.sign(text))
  return api.tx.SubtensorModule!.serve_axon!(call).signAndSubmit(papiSigner)
}

function u16(value: number): string {
  return Buffer.from(Uint16Array.of(value).buffer).toString('hex')
}
