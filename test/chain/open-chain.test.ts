import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Chain } from '#dist/chain/chain.js'
import { ChainError } from '#dist/chain/chain-error.js'
import { type OpenChainOptions, openChain } from '#dist/chain/open-chain.js'
import { RpcError } from '../support/chain/json-rpc.ts'
import { startChainNode } from '../support/chain/start-chain-node.ts'
import { subnetOf } from '../support/chain/subnet-of.ts'
import { impatient, recordEvents } from '../support/chain/watched-chain.ts'
import { alice } from '../support/signed-request.ts'

const subnets = [subnetOf([{ hotkey: alice.address }])]
const start = () => startChainNode({ subnets })

/** Opens a chain on nodes of the tests. */
function over(nodes: readonly { readonly url: string }[], options: Partial<OpenChainOptions> = {}): Chain {
  const endpoints = nodes.map(({ url }) => url)
  return openChain({ network: 'local', endpoints, ...options, limits: { ...impatient, ...options.limits } })
}

/** Expects that a promise rejects with a ChainError. */
async function rejection(promise: Promise<unknown>): Promise<ChainError> {
  const error = await promise.then(
    () => assert.fail('resolved'),
    error => error,
  )
  assert.ok(error instanceof ChainError, error)
  return error
}

/** A URL of loopback where no server listens. */
async function closedPort(): Promise<{ url: string; port: number }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return { url: `ws://127.0.0.1:${port}`, port }
}

/** Lets the sockets of both sides work. */
const turn = () => new Promise(resolve => setImmediate(resolve))

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
    await using chain = over([node])
    assert.equal(node.connections.accepted, 0)
    await chain.head()
    assert.equal(node.connections.accepted, 1)
  })

  it('shares one connection among calls at the same time', async () => {
    await using node = await start()
    await using chain = over([node])
    await Promise.all(Object.values(reads).map(read => read(chain)))
    assert.equal(node.connections.accepted, 1)
  })

  it('tells the endpoint, its first block and how long it takes to answer', async () => {
    await using node = await start()
    const { onEvent, all } = recordEvents()
    await using chain = over([node], { onEvent })
    const { endpoint, genesis, latencyMs } = await chain.connection()
    assert.deepEqual({ endpoint, genesis }, { endpoint: node.url, genesis: node.chain.genesis })
    assert.ok(latencyMs > 0)
    const [{ event, ...connected } = assert.fail()] = all
    assert.equal(event, 'chainConnected')
    assert.deepEqual({ ...connected, ms: 0 }, { endpoint: node.url, specVersion: 381, ms: 0 })
  })

  it('goes on when the listener to its events throws', async () => {
    await using node = await start()
    await using chain = over([node], {
      onEvent: () => {
        throw new Error('the log is full')
      },
    })
    await chain.head()
  })

  it('reads the new runtime when the chain is upgraded while connected', async () => {
    await using node = await startChainNode({ spec: 343, subnets })
    await using chain = over([node])
    assert.equal((await chain.head()).specVersion, 343)
    await chain.metagraph(1)
    node.upgrade(381)
    while ((await chain.head()).specVersion !== 381) await turn()
    assert.equal((await chain.metagraph(1)).specVersion, 381)
    assert.equal(node.connections.accepted, 1)
  })

  describe('failover', () => {
    for (const [name, read] of Object.entries(reads))
      it(`repeats ${name} at another endpoint when the connection drops meanwhile`, async () => {
        await using first = await start()
        await using second = await start()
        const { onEvent, all } = recordEvents()
        await using chain = over([first, second], { onEvent, limits: { restMs: 60_000, maxRestMs: 60_000 } })
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
      await using node = await start()
      await using chain = over([node])
      await chain.head()
      node.faults.refuse = () => {
        node.faults.refuse = undefined
        node.drop()
        return undefined
      }
      await chain.metagraph(1)
      assert.equal(node.connections.accepted, 2)
    })

    it('leaves an endpoint that falls silent without closing', async () => {
      await using first = await start()
      await using second = await start()
      await using chain = over([first, second], { limits: { heartbeatMs: 1_500 } })
      await chain.head()
      first.faults.isStalled = true
      await chain.metagraph(1)
      assert.equal((await chain.connection()).endpoint, second.url)
    })

    it('stays with an endpoint that answers pings while the chain makes no block', async () => {
      await using node = await start()
      await using chain = over([node], { limits: { heartbeatMs: 300 } })
      await chain.head()
      await new Promise(resolve => setTimeout(resolve, 900))
      await chain.head()
      assert.equal(node.connections.accepted, 1)
    })

    it('leaves an endpoint that takes too long for a call', async () => {
      await using first = await start()
      await using second = await start()
      const { onEvent, all } = recordEvents()
      await using chain = over([first, second], { onEvent, limits: { callMs: 1_500 } })
      await chain.head()
      first.faults.isStalled = true
      await chain.metagraph(1)
      assert.ok(all.some(event => event.event === 'chainEndpointFailed' && /took longer than 1.5 s/.test(event.reason)))
    })

    it('passes over an endpoint that accepts connections and does not answer', async () => {
      const sockets = new Set<{ destroy(): void }>()
      const mute = createServer(socket => void sockets.add(socket)).listen(0, '127.0.0.1')
      await once(mute, 'listening')
      await using second = await start()
      const { port } = mute.address() as { port: number }
      await using chain = over([{ url: `ws://127.0.0.1:${port}` }, second], { limits: { connectMs: 300 } })
      assert.equal((await chain.connection()).endpoint, second.url)
      for (const socket of sockets) socket.destroy()
      mute.close()
    })

    it('returns to the first endpoint once it is well', async () => {
      const { url, port } = await closedPort()
      await using second = await start()
      const { onEvent, next } = recordEvents()
      await using chain = over([{ url }, second], { onEvent })
      assert.equal((await chain.connection()).endpoint, second.url)
      await using first = await startChainNode({ subnets, port })
      await next('chainConnected', { endpoint: first.url })
      assert.equal((await chain.connection()).endpoint, first.url)
      while (second.connections.open > 0) await turn()
    })

    it('finishes the calls in flight when it returns to the first endpoint', async () => {
      const { url, port } = await closedPort()
      await using second = await start()
      const { onEvent, next } = recordEvents()
      await using chain = over([{ url }, second], { onEvent })
      await chain.head()
      second.faults.isStalled = true
      const reading = chain.metagraph(1)
      await using first = await startChainNode({ subnets, port })
      await next('chainConnected', { endpoint: first.url })
      second.faults.isStalled = false
      second.drop()
      await reading
    })

    it('does not announce a second time', async () => {
      await using first = await start()
      await using second = await start()
      await using chain = over([first, second])
      await chain.head()
      first.faults.refuse = method => (method === 'author_submitExtrinsic' ? void first.drop() : undefined)
      const announcement = { netuid: 1, ip: '203.0.113.7', port: 8091, version: 1 }
      const error = await rejection(chain.announce(announcement, alice))
      assert.equal(error.code, 'CALL_FAILED')
      assert.equal(second.calls.get('author_submitExtrinsic'), undefined)
    })
  })

  describe('out of reach', () => {
    it('names every endpoint and what is wrong with it', async () => {
      const [one, two] = [await closedPort(), await closedPort()]
      await using chain = over([one, two])
      const error = await rejection(chain.head())
      assert.equal(error.code, 'UNREACHABLE')
      for (const { url, port } of [one, two]) {
        assert.match(error.message, new RegExp(`${url} failed: "connect ECONNREFUSED 127.0.0.1:${port}"`))
      }
    })

    it('fails in the middle, and goes on when an endpoint is back', async () => {
      const { port } = await closedPort()
      const { onEvent, next } = recordEvents()
      await using chain = over([{ url: `ws://127.0.0.1:${port}` }], { onEvent })
      {
        await using _ = await startChainNode({ subnets, port })
        await chain.head()
      }
      await next('chainEndpointFailed')
      assert.equal((await rejection(chain.head())).code, 'UNREACHABLE')
      await using _ = await startChainNode({ subnets, port })
      await chain.head()
    })

    it('fails when the metadata cannot be had', async () => {
      await using node = await start()
      node.faults.refuse = method => (method === 'state_call' ? new RpcError(-32_000, 'no runtime') : undefined)
      await using chain = over([node])
      const error = await rejection(chain.head())
      assert.equal(error.code, 'UNREACHABLE')
      assert.match(error.message, /no runtime/)
    })

    it('fails when an endpoint does not get ready in time', async () => {
      await using node = await start()
      node.faults.isStalled = true
      await using chain = over([node], { limits: { readyMs: 300 } })
      const error = await rejection(chain.head())
      assert.equal(error.code, 'UNREACHABLE')
      assert.match(error.message, /took longer than 0.3 s/)
    })

    it('gives up all endpoints together after a while', async () => {
      await using first = await start()
      await using second = await start()
      first.faults.isStalled = true
      second.faults.isStalled = true
      await using chain = over([first, second], { limits: { openMs: 300 } })
      assert.equal((await rejection(chain.head())).code, 'UNREACHABLE')
      assert.equal(second.connections.accepted, 0)
    })
  })

  describe('another chain', () => {
    it('passes over an endpoint of another chain, and tells that', async () => {
      await using wrong = await start()
      await using right = await startChainNode({ subnets, genesis: 'finney' })
      const { onEvent, next } = recordEvents()
      await using chain = over([wrong, right], { network: 'finney', onEvent })
      assert.equal((await chain.connection()).endpoint, right.url)
      const { reason } = await next('chainEndpointFailed', { endpoint: wrong.url })
      assert.match(reason, new RegExp(`belongs to another chain: its first block is ${wrong.chain.genesis}`))
    })

    it('fails when all endpoints are of another chain', async () => {
      await using one = await start()
      await using two = await startChainNode({ subnets, genesis: 'test' })
      await using chain = over([one, two], { network: 'finney' })
      for (let call = 0; call < 2; call++) {
        const { code, message, hint } = await rejection(chain.head())
        assert.equal(code, 'WRONG_CHAIN')
        for (const { url } of [one, two]) assert.ok(message.includes(url), message)
        assert.match(hint, /--network/)
      }
      assert.equal(one.connections.accepted, 1)
    })

    it('expects of several endpoints without a name that they are of one chain', async () => {
      await using first = await start()
      await using other = await startChainNode({ subnets, genesis: 'another' })
      const { onEvent, next } = recordEvents()
      await using chain = over([first, other], { onEvent })
      await chain.head()
      first.faults.upgrade = { status: 503 }
      first.drop()
      await next('chainEndpointFailed', { endpoint: first.url })
      await rejection(chain.head())
      const { reason } = await next('chainEndpointFailed', { endpoint: other.url })
      assert.match(reason, /another chain/)
    })
  })

  describe('a limited rate', () => {
    it('waits as long as a refused upgrade asks, and tells that', async () => {
      await using node = await start()
      node.faults.upgrade = { status: 429, headers: { 'Retry-After': '60' } }
      await using chain = over([node])
      for (let call = 0; call < 3; call++) {
        const { code, retryAfterMs, message } = await rejection(chain.head())
        assert.equal(code, 'ENDPOINT_BUSY')
        assert.match(message, /HTTP 429/)
        assert.ok(retryAfterMs! > 30_000 && retryAfterMs! <= 60_000, `${retryAfterMs}`)
      }
      assert.equal(node.connections.refused, 1)
    })

    it('connects when the time that it was asked to wait is over', async () => {
      await using node = await start()
      node.faults.upgrade = { status: 429, headers: { 'Retry-After': '1' } }
      const { onEvent, next } = recordEvents()
      await using chain = over([node], { onEvent })
      await rejection(chain.head())
      node.faults.upgrade = undefined
      const begin = performance.now()
      await chain.head()
      const { retryMs } = await next('chainEndpointFailed')
      assert.equal(retryMs, 1_000)
      assert.ok(performance.now() - begin > 500)
    })

    it('uses another endpoint meanwhile', async () => {
      await using first = await start()
      await using second = await start()
      first.faults.upgrade = { status: 429 }
      await using chain = over([first, second])
      assert.equal((await chain.connection()).endpoint, second.url)
      assert.equal(first.connections.refused, 1)
    })

    for (const [name, error] of Object.entries({
      '429': new RpcError(429, 'Too Many Requests', { retryAfter: 60 }),
      'of polkadot-sdk': new RpcError(-32_999, 'RPC rate limit'),
      'of OnFinality': new RpcError(-32_029, 'Too Many Requests, Please apply an OnFinality API key'),
    }))
      it(`obeys the error ${name} of JSON-RPC`, async () => {
        await using node = await start()
        await using chain = over([node])
        await chain.head()
        node.faults.refuse = method => (method === 'state_call' ? error : undefined)
        const { code } = await rejection(chain.metagraph(1))
        assert.equal(code, 'ENDPOINT_BUSY')
        const { retryAfterMs } = await rejection(chain.head())
        assert.ok(retryAfterMs! > 15_000, `${retryAfterMs}`)
        assert.equal(node.connections.accepted, 1)
      })
  })

  describe('few requests', () => {
    for (const method of [
      'chain_subscribeFinalizedHeads',
      'chain_subscribeAllHeads',
      'rpc_methods',
      'state_getStorage',
    ])
      it(`asks a node that refuses ${method} a few times only`, async () => {
        await using node = await start()
        node.faults.refuse = name => (name === method ? new RpcError(-32_000, 'refused') : undefined)
        await using chain = over([node], { limits: { readyMs: 3_000 } })
        const { code } = await rejection(chain.head())
        assert.equal(code, 'UNREACHABLE')
        assert.ok((node.calls.get(method) ?? 0) <= 8, `${node.calls.get(method)} calls`)
        assert.ok([...node.calls.values()].reduce((sum, count) => sum + count, 0) < 60, 'too many requests')
      })
  })

  describe('what an endpoint sends', () => {
    for (const text of ['not JSON', 'null', '7', '"text"', '[]', '{}', '{"jsonrpc":"2.0"}', '{"id":null,"error":{}}'])
      it(`survives ${text}`, async () => {
        await using hostile = await startRawServer(socket => {
          socket.on('message', () => socket.send(text))
        })
        await using good = await start()
        await using chain = over([hostile, good], { limits: { readyMs: 1_000 } })
        assert.equal((await chain.connection()).endpoint, good.url)
      })

    it('survives an endpoint that repeats what it is asked', async () => {
      await using hostile = await startRawServer(socket => {
        socket.on('message', data => socket.send(data.toString()))
      })
      await using good = await start()
      await using chain = over([hostile, good], { limits: { readyMs: 1_000 } })
      assert.equal((await chain.connection()).endpoint, good.url)
    })
  })

  describe('ending', () => {
    it('rejects with the reason of a signal, and leaves the attempt to other callers', async () => {
      await using node = await start()
      node.faults.isStalled = true
      await using chain = over([node])
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

    it('ends connecting and calls when it is disposed', async () => {
      await using node = await start()
      const chain = over([node])
      await chain.head()
      node.faults.isStalled = true
      const calling = rejection(chain.metagraph(1))
      await chain[Symbol.asyncDispose]()
      assert.match((await calling).message, /was closed/)
      assert.match((await rejection(chain.head())).message, /was closed/)
      const connecting = over([node])
      const call = rejection(connecting.head())
      await connecting[Symbol.asyncDispose]()
      assert.match((await call).message, /was closed/)
      while (node.connections.open > 0) await turn()
    })
  })

  it('shows neither user nor password nor query of an endpoint', async () => {
    await using node = await start()
    const { onEvent, all } = recordEvents()
    const { port } = await closedPort()
    const secret = (at: number) => ({ url: `ws://me:pass1234@127.0.0.1:${at}/?key=1234#1234` })
    await using chain = over([secret(port), secret(node.port)], { onEvent })
    const { endpoint } = await chain.connection()
    node.faults.refuse = () => new RpcError(-32_000, 'refused')
    const error = await rejection(chain.metagraph(1))
    const shown = JSON.stringify([endpoint, all, error.message, error.hint, error.stack])
    assert.doesNotMatch(shown, /1234/)
    assert.equal(endpoint, node.url)
  })
})

type RawServer = AsyncDisposable & { readonly url: string }

/** A WebSocket server that is no node. */
async function startRawServer(onConnection: (socket: WebSocket) => void): Promise<RawServer> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  server.on('connection', onConnection)
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return {
    url: `ws://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const client of server.clients) client.terminate()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
