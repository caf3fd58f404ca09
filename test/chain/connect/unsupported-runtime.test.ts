import assert from 'node:assert/strict'
import { RuntimeEditor } from '../../support/chain/edited-runtime.ts'
import type { Runtime } from '../../support/chain/runtime.ts'
import { type ChainServer, startChainNode } from '../../support/chain/start-chain-node.ts'
import { subnetOf } from '../../support/chain/subnet-of.ts'
import { chainRejection, openChainOver, recordEvents, turn } from '../../support/chain/watched-chain.ts'
import { alice } from '../../support/signed-request.ts'

const start = () => startChainNode({ subnets: [subnetOf([{ hotkey: alice.address }])] })
const announcement = { netuid: 1, ip: '203.0.113.7', port: 8091, version: 1 }

/** A runtime that stores none of these. */
function runtimeWithout(specVersion: number, ...items: readonly string[]): Runtime {
  const editor = new RuntimeEditor(381)
  for (const item of items) editor.removeItem(item)
  return editor.build(specVersion)
}

/** A node of a runtime whose metagraph cannot be read; everything else can. */
async function startUnreadable(specVersion = 500): Promise<ChainServer> {
  const node = await start()
  node.upgrade(runtimeWithout(specVersion, 'Tempo'))
  return node
}

describe('an endpoint with a runtime that cannot be read', () => {
  it('gives its place to another endpoint that can be read, and rests', async () => {
    await using odd = await startUnreadable()
    await using node = await start()
    const { onEvent, next } = recordEvents()
    await using chain = openChainOver([odd, node], { onEvent, limits: { behindRestMs: 60_000 } })
    await chain.head()
    assert.equal((await chain.metagraph(1)).specVersion, 381)
    const { reason, retryMs } = await next('chainEndpointFailed', { endpoint: odd.url })
    assert.match(reason, /cannot read runtime 500 of the chain: the runtime does not store Tempo/)
    assert.equal(retryMs, 60_000)
    assert.equal((await chain.connection()).endpoint, node.url)
    while (odd.connections.open > 0) await turn()
  })

  it('keeps its place when no other can be read, and the error names its runtime', async () => {
    await using first = await startUnreadable(500)
    await using second = await startUnreadable(501)
    await using third = await startUnreadable(502)
    await using chain = openChainOver([first, second, third], { limits: { behindRestMs: 60_000 } })
    for (let call = 0; call < 2; call++) {
      const { code, message } = await chainRejection(chain.metagraph(1))
      assert.equal(code, 'RUNTIME_UNSUPPORTED')
      assert.match(message, /runtime 500/)
    }
    assert.ok(await chain.registration(1, alice.address))
    assert.equal((await chain.connection()).endpoint, first.url)
    assert.deepEqual(
      [first, second, third].map(({ connections }) => connections.accepted),
      [1, 1, 1],
    )
    while (second.connections.open + third.connections.open > 0) await turn()
  })

  it('keeps its place when the others are out of reach', async () => {
    await using first = await startUnreadable()
    await using second = await start()
    second.faults.upgrade = { status: 503 }
    await using chain = openChainOver([first, second])
    assert.equal((await chainRejection(chain.metagraph(1))).code, 'RUNTIME_UNSUPPORTED')
    assert.equal((await chain.connection()).endpoint, first.url)
  })

  it('leaves an announcement to another endpoint, before anything is submitted', async () => {
    await using odd = await start()
    await using node = await start()
    const editor = new RuntimeEditor(381)
    editor.renameCall('serve_axon', 'tell_axon')
    odd.upgrade(editor.build(500))
    await using chain = openChainOver([odd, node])
    assert.deepEqual(await chain.announce(announcement, alice), { block: node.chain.head.number })
    assert.equal(odd.calls.count('author_submitExtrinsic'), 0)
  })

  it('leaves an announcement to one other endpoint only, once that may have submitted it', async () => {
    await using odd = await start()
    await using node = await startChainNode({
      subnets: [subnetOf([{ hotkey: alice.address }])],
      sealing: 'by hand',
    })
    await using third = await start()
    const editor = new RuntimeEditor(381)
    editor.renameCall('serve_axon', 'tell_axon')
    odd.upgrade(editor.build(500))
    const { onEvent, all } = recordEvents()
    await using chain = openChainOver([odd, node, third], { onEvent })
    const rejection = chainRejection(chain.announce(announcement, alice))
    await node.calls.next('author_submitExtrinsic')
    node.drop()
    assert.match((await rejection).message, new RegExp(node.url))
    assert.equal(third.calls.count('author_submitExtrinsic'), 0)
    const failed = all.flatMap(event => (event.event === 'chainEndpointFailed' ? [event.endpoint] : []))
    assert.deepEqual(failed, [node.url])
    assert.equal((await chain.connection()).endpoint, odd.url)
  })

  it('is passed over when nothing of it can be read, while connecting and while connected', async () => {
    await using odd = await start()
    await using node = await start()
    odd.upgrade(runtimeWithout(500, 'Uids'))
    await using chain = openChainOver([odd, node], { limits: { restMs: 60_000, maxRestMs: 60_000 } })
    assert.equal((await chain.connection()).endpoint, node.url)
    await using other = openChainOver([node, odd], { limits: { headCheckMs: 0 } })
    assert.equal((await other.connection()).endpoint, node.url)
    odd.upgrade(381)
    node.upgrade(runtimeWithout(501, 'Uids'))
    while ((await other.connection()).endpoint !== odd.url) await turn()
  })

  it('is named when no endpoint can be read at all', async () => {
    await using first = await start()
    await using second = await start()
    first.upgrade(runtimeWithout(500, 'Uids'))
    second.upgrade(runtimeWithout(501, 'Uids'))
    await using chain = openChainOver([first, second])
    const { code, message, hint } = await chainRejection(chain.head())
    assert.equal(code, 'RUNTIME_UNSUPPORTED')
    assert.match(message, /runtime 500 .*; .*runtime 501 /)
    assert.match(hint, /update the miner/)
  })
})
