import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Chain } from '#dist/chain/chain.js'
import { RpcError } from '../support/chain/json-rpc.ts'
import { type Protocol, startChainNode } from '../support/chain/start-chain-node.ts'
import { startChainProxy } from '../support/chain/start-chain-proxy.ts'
import { subnetOf } from '../support/chain/subnet-of.ts'
import { chainRejection, closedPort, openChainOver, recordEvents, turn } from '../support/chain/watched-chain.ts'
import { run } from '../support/child-process.ts'
import { alice } from '../support/signed-request.ts'

const subnets = [subnetOf([{ hotkey: alice.address }])]
const start = (protocol?: Protocol) => startChainNode({ subnets, ...(protocol && { protocol }) })

/** All calls that read, by name. */
const reads: Readonly<Record<string, (chain: Chain) => Promise<unknown>>> = {
  connection: chain => chain.connection(),
  head: chain => chain.head(),
  subnet: chain => chain.subnet(1),
  metagraph: chain => chain.metagraph(1),
  registration: chain => chain.registration(1, alice.address),
}

describe('openChain', () => {
  it('sends nothing before the first call', async () => {
    await using node = await start()
    await using chain = openChainOver([node])
    assert.equal(node.connections.accepted, 0)
    await chain.head()
    assert.equal(node.connections.accepted, 1)
  })

  it('shares one connection among calls at the same time', async () => {
    await using node = await start()
    await using chain = openChainOver([node])
    await Promise.all(Object.values(reads).map(read => read(chain)))
    assert.equal(node.connections.accepted, 1)
  })

  it('tells the endpoint, its first block and how long it takes to answer', async () => {
    await using node = await start()
    const { onEvent, all } = recordEvents()
    await using chain = openChainOver([node], { onEvent })
    const { endpoint, genesis, latencyMs } = await chain.connection()
    assert.deepEqual({ endpoint, genesis }, { endpoint: node.url, genesis: node.chain.genesis })
    assert.ok(latencyMs > 0)
    const [{ event, ...connected } = assert.fail()] = all
    assert.equal(event, 'chainConnected')
    assert.deepEqual({ ...connected, ms: 0 }, { endpoint: node.url, specVersion: 381, ms: 0 })
  })

  it('goes on when the listener to its events throws', async () => {
    await using node = await start()
    await using chain = openChainOver([node], {
      onEvent: () => {
        throw new Error('the log is full')
      },
    })
    await chain.head()
  })

  for (const protocol of ['legacy', 'chainHead'] as const)
    describe(`on nodes of ${protocol}`, () => {
      for (const [name, read] of Object.entries(reads))
        it(`repeats ${name} at another endpoint when the connection drops meanwhile`, async () => {
          await using first = await start(protocol)
          await using second = await start(protocol)
          const { onEvent, all } = recordEvents()
          await using chain = openChainOver([first, second], { onEvent, limits: { restMs: 60_000, maxRestMs: 60_000 } })
          await chain.head()
          first.faults.refuse = () => void first.drop()
          first.makeBlock()
          // The first reads may be of the block before, which the client knows already.
          while (!all.some(({ event }) => event === 'chainEndpointFailed')) {
            await read(chain)
            await turn()
          }
          await read(chain)
          assert.equal((await chain.connection()).endpoint, second.url)
        })

      it('repeats a call at the only endpoint when the connection drops meanwhile', async () => {
        await using node = await start(protocol)
        await using chain = openChainOver([node])
        await chain.head()
        node.faults.refuse = () => {
          node.faults.refuse = undefined
          node.drop()
          return undefined
        }
        await chain.metagraph(1)
        assert.equal(node.connections.accepted, 2)
      })

      it('asks an endpoint for its metadata once, however often the connection drops', async () => {
        await using node = await startChainNode({ spec: 343, subnets, protocol })
        const { onEvent, all } = recordEvents()
        await using chain = openChainOver([node], { onEvent })
        const asked = () => node.calls.count('Metadata_metadata_at_version')
        const connect = async () => {
          const before = node.connections.accepted
          while (node.connections.accepted === before) {
            node.drop()
            await turn()
            await chain.head()
          }
          return await chain.metagraph(1)
        }
        await chain.head()
        const once = asked()
        await connect()
        assert.equal((await connect()).specVersion, 343)
        assert.equal(asked(), once)
        node.upgrade(381)
        while ((await chain.head()).specVersion !== 381) await turn()
        assert.equal((await connect()).specVersion, 381)
        assert.equal(asked(), 2 * once)
        assert.ok(all.filter(({ event }) => event === 'chainConnected').length >= 4)
      })

      it('asks for the metadata again when what it has is useless', async () => {
        await using node = await start(protocol)
        await using chain = openChainOver([node])
        const { runtime } = node.chain.state
        const useless = new Uint8Array(runtime.metadata.length).fill(7, 5)
        useless.set(runtime.metadata.subarray(0, 5))
        node.upgrade(Object.create(runtime, { metadata: { value: useless } }))
        assert.equal((await chainRejection(chain.head())).code, 'UNREACHABLE')
        node.upgrade(runtime)
        await chain.head()
      })

      it('leaves an endpoint that falls silent without closing', async () => {
        await using first = await start(protocol)
        await using second = await start(protocol)
        await using chain = openChainOver([first, second], { limits: { heartbeatMs: 3_000 } })
        await chain.head()
        first.faults.isStalled = true
        await chain.metagraph(1)
        assert.equal((await chain.connection()).endpoint, second.url)
      })

      it('stays with an endpoint that answers pings while the chain makes no block', async () => {
        await using node = await start(protocol)
        await using chain = openChainOver([node], { limits: { heartbeatMs: 2_000 } })
        await chain.head()
        await new Promise(resolve => setTimeout(resolve, 4_500))
        await chain.head()
        assert.equal(node.connections.accepted, 1)
      })

      it('leaves an endpoint that takes too long for a call', async () => {
        await using first = await start(protocol)
        await using second = await start(protocol)
        const { onEvent, all } = recordEvents()
        await using chain = openChainOver([first, second], { onEvent, limits: { callMs: 4_000 } })
        await chain.head()
        first.faults.isStalled = true
        await chain.metagraph(1)
        assert.ok(all.some(event => event.event === 'chainEndpointFailed' && /took longer than 4 s/.test(event.reason)))
      })

      it('passes over an endpoint that accepts connections and does not answer', async () => {
        const sockets = new Set<{ destroy(): void }>()
        const mute = createServer(socket => void sockets.add(socket)).listen(0, '127.0.0.1')
        await once(mute, 'listening')
        await using second = await start(protocol)
        const { port } = mute.address() as { port: number }
        await using chain = openChainOver([{ url: `ws://127.0.0.1:${port}` }, second], { limits: { connectMs: 2_000 } })
        assert.equal((await chain.connection()).endpoint, second.url)
        for (const socket of sockets) socket.destroy()
        mute.close()
      })

      it('returns to the first endpoint once it is well', async () => {
        const { url, port } = await closedPort()
        await using second = await start(protocol)
        const { onEvent, next } = recordEvents()
        await using chain = openChainOver([{ url }, second], { onEvent })
        assert.equal((await chain.connection()).endpoint, second.url)
        await using first = await startChainNode({ subnets, port, protocol })
        await next('chainConnected', { endpoint: first.url })
        assert.equal((await chain.connection()).endpoint, first.url)
        while (second.connections.open > 0) await turn()
      })

      it('finishes the calls in flight when it returns to the first endpoint', async () => {
        const { url, port } = await closedPort()
        await using second = await start(protocol)
        const { onEvent, next } = recordEvents()
        await using chain = openChainOver([{ url }, second], { onEvent })
        await chain.head()
        second.faults.isStalled = true
        const reading = chain.metagraph(1)
        await using first = await startChainNode({ subnets, port, protocol })
        await next('chainConnected', { endpoint: first.url })
        second.faults.isStalled = false
        second.drop()
        await reading
      })

      it('reads the new runtime when the chain is upgraded while connected', async () => {
        await using node = await startChainNode({ spec: 343, subnets, protocol })
        await using chain = openChainOver([node])
        assert.equal((await chain.head()).specVersion, 343)
        await chain.metagraph(1)
        node.upgrade(381)
        while ((await chain.head()).specVersion !== 381) await turn()
        assert.equal((await chain.metagraph(1)).specVersion, 381)
        assert.equal(node.connections.accepted, 1)
      })

      it('announces once when the connection drops meanwhile', async () => {
        await using first = await start(protocol)
        await using second = await start(protocol)
        await using proxy = await startChainProxy(first.url)
        await using chain = openChainOver([proxy, second])
        await chain.head()
        const dropped = proxy.dropDuring('author_submitExtrinsic')
        const announcement = { netuid: 1, ip: '203.0.113.7', port: 8091, version: 1 }
        const error = await chainRejection(chain.announce(announcement, alice))
        assert.equal(error.code, 'CALL_FAILED')
        await dropped
        assert.equal(first.calls.count('author_submitExtrinsic'), 1)
        assert.equal(second.calls.count('author_submitExtrinsic'), 0)
      })
    })

  describe('ending', () => {
    it('rejects with the reason of a signal, and leaves the attempt to other callers', async () => {
      await using node = await start()
      node.faults.isStalled = true
      await using chain = openChainOver([node])
      const reason = new Error('enough')
      const controller = new AbortController()
      const aborted = chain.head(controller.signal)
      const waiting = chain.head()
      controller.abort(reason)
      await assert.rejects(aborted, reason)
      node.faults.isStalled = false
      node.drop()
      await waiting
      await assert.rejects(chain.head(AbortSignal.abort(reason)), reason)
    })

    it('ends the calls at an endpoint that another one has replaced', async () => {
      const { url, port } = await closedPort()
      await using second = await start()
      const { onEvent, next } = recordEvents()
      const chain = openChainOver([{ url }, second], { onEvent })
      await chain.head()
      second.faults.isStalled = true
      const reading = chainRejection(chain.metagraph(1))
      await using first = await startChainNode({ subnets, port })
      await next('chainConnected', { endpoint: first.url })
      await chain[Symbol.asyncDispose]()
      assert.match((await reading).message, /was closed/)
      while (first.connections.open + second.connections.open > 0) await turn()
    })

    it('ends connecting and calls when it is disposed', async () => {
      await using node = await start()
      const chain = openChainOver([node])
      await chain.head()
      node.faults.isStalled = true
      const calling = chainRejection(chain.metagraph(1))
      await chain[Symbol.asyncDispose]()
      assert.match((await calling).message, /was closed/)
      assert.match((await chainRejection(chain.head())).message, /was closed/)
      const connecting = openChainOver([node])
      const call = chainRejection(connecting.head())
      await connecting[Symbol.asyncDispose]()
      assert.match((await call).message, /was closed/)
      while (node.connections.open > 0) await turn()
    })
  })

  it('lets the process end once it is disposed', async () => {
    await using node = await start()
    const code = `
      import { openChain } from '#dist/chain/open-chain.js'
      const chain = openChain({ network: '${node.url}' })
      console.log((await chain.head()).number)
      await chain[Symbol.asyncDispose]()`
    const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '--eval', code])
    assert.equal(stdout, `${node.chain.head.number}\n`)
    assert.equal(stderr, '')
  })

  it('shows neither user nor password nor query of an endpoint', async () => {
    await using node = await start()
    const { onEvent, all } = recordEvents()
    const { port } = await closedPort()
    const secret = (at: number) => ({ url: `ws://me:pass1234@127.0.0.1:${at}/?key=1234#1234` })
    await using chain = openChainOver([secret(port), secret(node.port)], { onEvent })
    const { endpoint } = await chain.connection()
    node.faults.refuse = () => new RpcError(-32_000, 'refused')
    const error = await chainRejection(chain.metagraph(1))
    const shown = JSON.stringify([endpoint, all, error.message, error.hint, error.stack])
    assert.doesNotMatch(shown, /1234/)
    assert.equal(endpoint, node.url)
  })
})
