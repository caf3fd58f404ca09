import assert from 'node:assert/strict'
import { RuntimeEditor } from '../../support/chain/edited-runtime.ts'
import { RpcError } from '../../support/chain/json-rpc.ts'
import { type Protocol, startChainNode } from '../../support/chain/start-chain-node.ts'
import { startRawServer } from '../../support/chain/start-raw-server.ts'
import { subnetOf } from '../../support/chain/subnet-of.ts'
import { chainRejection, closedPort, openChainOver, recordEvents } from '../../support/chain/watched-chain.ts'
import { alice } from '../../support/signed-request.ts'

const subnets = [subnetOf([{ hotkey: alice.address }])]
const start = (protocol?: Protocol) => startChainNode({ subnets, ...(protocol && { protocol }) })

describe('an endpoint of the chain', () => {
  describe('out of reach', () => {
    it('names every endpoint and what is wrong with it', async () => {
      const [one, two] = [await closedPort(), await closedPort()]
      await using chain = openChainOver([one, two])
      const error = await chainRejection(chain.head())
      assert.equal(error.code, 'UNREACHABLE')
      for (const { url, port } of [one, two]) {
        assert.match(error.message, new RegExp(`${url} failed: "connect ECONNREFUSED 127.0.0.1:${port}"`))
      }
    })

    it('fails in the middle, and goes on when an endpoint is back', async () => {
      const { port } = await closedPort()
      const { onEvent, next } = recordEvents()
      await using chain = openChainOver([{ url: `ws://127.0.0.1:${port}` }], { onEvent })
      {
        await using _ = await startChainNode({ subnets, port })
        await chain.head()
      }
      const { hint } = await next('chainEndpointFailed', { code: 'CALL_FAILED' })
      assert.match(hint, /^wait: the miner tries it again; /)
      assert.equal((await chainRejection(chain.head())).code, 'UNREACHABLE')
      await using _ = await startChainNode({ subnets, port })
      await chain.head()
    })

    it('fails when the metadata cannot be had', async () => {
      await using node = await start()
      node.faults.refuse = name =>
        name === 'Metadata_metadata_versions' || name === 'Metadata_metadata'
          ? new RpcError(-32_000, 'no runtime')
          : undefined
      await using chain = openChainOver([node])
      const error = await chainRejection(chain.head())
      assert.equal(error.code, 'UNREACHABLE')
      assert.match(error.message, /no runtime/)
    })

    it('fails when an endpoint does not get ready in time', async () => {
      await using node = await start()
      node.faults.isStalled = true
      await using chain = openChainOver([node], { limits: { readyMs: 300 } })
      const error = await chainRejection(chain.head())
      assert.equal(error.code, 'UNREACHABLE')
      assert.match(error.message, /took longer than 0.3 s/)
    })

    it('gives up all endpoints together after a while', async () => {
      await using first = await start()
      await using second = await start()
      first.faults.isStalled = true
      second.faults.isStalled = true
      await using chain = openChainOver([first, second], { limits: { openMs: 300 } })
      assert.equal((await chainRejection(chain.head())).code, 'UNREACHABLE')
      assert.equal(second.connections.accepted, 0)
    })
  })

  describe('another chain', () => {
    it('passes over an endpoint of another chain, and tells that', async () => {
      await using wrong = await start()
      await using right = await startChainNode({ subnets, genesis: 'finney' })
      const { onEvent, next } = recordEvents()
      await using chain = openChainOver([wrong, right], { network: 'finney', onEvent })
      assert.equal((await chain.connection()).endpoint, right.url)
      const { reason, hint } = await next('chainEndpointFailed', { endpoint: wrong.url, code: 'WRONG_CHAIN' })
      assert.match(hint, /^name an endpoint of finney/)
      assert.match(reason, new RegExp(`belongs to another chain: its first block is ${wrong.chain.genesis}`))
    })

    it('fails when all endpoints are of another chain', async () => {
      await using one = await start()
      await using two = await startChainNode({ subnets, genesis: 'test' })
      await using chain = openChainOver([one, two], { network: 'finney' })
      for (let call = 0; call < 2; call++) {
        const { code, message, hint } = await chainRejection(chain.head())
        assert.equal(code, 'WRONG_CHAIN')
        for (const { url } of [one, two]) assert.ok(message.includes(url), message)
        assert.match(message, /, not 0x2f05\w+, that of finney/)
        assert.match(hint, /^name an endpoint of finney with --chain-endpoint, .* --network$/)
      }
      assert.equal(one.connections.accepted, 1)
    })

    for (const network of ['finney', 'local'])
      it(`survives an endpoint whose first block has no hash, on ${network}`, async () => {
        await using node = await start()
        Object.assign(node.chain, { genesis: `\u001b[2J${'7'.repeat(100_000)}` })
        await using chain = openChainOver([node], { network })
        const { code, message } = await chainRejection(chain.head())
        assert.equal(code, 'UNREACHABLE')
        assert.match(message, /tells no hash of its first block$/)
        assert.ok(message.length < 200)
      })

    it('expects of several endpoints without a name that they are of one chain', async () => {
      await using first = await start()
      await using other = await startChainNode({ subnets, genesis: 'another' })
      const { onEvent, next } = recordEvents()
      await using chain = openChainOver([first, other], { onEvent })
      await chain.head()
      first.faults.upgrade = { status: 503 }
      first.drop()
      await next('chainEndpointFailed', { endpoint: first.url })
      await chainRejection(chain.head())
      const { reason } = await next('chainEndpointFailed', { endpoint: other.url })
      assert.match(reason, /another chain/)
    })
  })

  describe('a limited rate', () => {
    it('waits as long as a refused upgrade asks, and tells that', async () => {
      await using node = await start()
      node.faults.upgrade = { status: 429, headers: { 'Retry-After': '60' } }
      await using chain = openChainOver([node])
      for (let call = 0; call < 3; call++) {
        const { code, retryAfterMs, message } = await chainRejection(chain.head())
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
      await using chain = openChainOver([node], { onEvent })
      await chainRejection(chain.head())
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
      await using chain = openChainOver([first, second])
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
        await using chain = openChainOver([node])
        await chain.head()
        node.faults.refuse = name => (name === 'state_call' ? error : undefined)
        const { code } = await chainRejection(chain.metagraph(1))
        assert.equal(code, 'ENDPOINT_BUSY')
        const { retryAfterMs } = await chainRejection(chain.head())
        assert.ok(retryAfterMs! > 15_000, `${retryAfterMs}`)
        assert.equal(node.connections.accepted, 1)
      })
  })

  describe('few requests', () => {
    // polkadot-api prints what it does again; the miner runs it in a thread, and takes what that prints.
    const { warn } = console
    before(() => {
      console.warn = () => {}
    })
    after(() => {
      console.warn = warn
    })

    const refused: Readonly<Record<Protocol, readonly string[]>> = {
      legacy: [
        'rpc_methods',
        'chain_subscribeFinalizedHeads',
        'chain_subscribeAllHeads',
        'chain_getBlockHash',
        'state_getStorage',
        'state_getStorageHash',
        'state_call',
      ],
      chainHead: [
        'rpc_methods',
        'chainHead_v1_follow',
        'chainHead_v1_header',
        'chainHead_v1_storage',
        'chainHead_v1_call',
      ],
    }
    const cases = Object.entries(refused).flatMap(([protocol, methods]) =>
      methods.map(method => [protocol as Protocol, method] as const),
    )
    for (const [protocol, method] of cases)
      it(`asks a node of ${protocol} that refuses ${method} a few times only`, async () => {
        await using node = await start(protocol)
        node.faults.refuse = name => (name === method ? new RpcError(-32_000, 'refused') : undefined)
        await using chain = openChainOver([node], { limits: { readyMs: 3_000 } })
        const { code } = await chainRejection(chain.head())
        assert.equal(code, 'UNREACHABLE')
        assert.ok(node.calls.count(method) <= 8, `${node.calls.count(method)} calls`)
        assert.ok([...node.calls.counts.values()].reduce((sum, count) => sum + count, 0) < 60, 'too many requests')
      })
  })

  describe('what an endpoint sends', () => {
    // polkadot-api would throw where nothing catches that, which ends the process.
    const texts = ['not JSON', 'null', '7', '"text"', '[]', '{}', '{"jsonrpc":"2.0"}', '{"id":null,"error":{}}']
    for (const text of texts)
      it(`survives ${text}`, async () => {
        await using hostile = await startRawServer(socket => {
          socket.on('message', () => socket.send(text))
        })
        await using chain = openChainOver([hostile], { limits: { readyMs: 1_000 } })
        assert.equal((await chainRejection(chain.head())).code, 'UNREACHABLE')
      })

    // `JSON.parse` makes gigabytes of either, in which no limit of the thread ends it.
    const values = 2 ** 20
    for (const [what, text] of [
      ['nested arrays', '['.repeat(values) + ']'.repeat(values)],
      ['many objects', `[${'{},'.repeat(values)}{}]`],
    ] as const)
      it(`passes over an endpoint that sends ${what}`, async () => {
        await using hostile = await startRawServer(socket => socket.send(text))
        await using node = await start()
        const { onEvent, next } = recordEvents()
        await using chain = openChainOver([hostile, node], { onEvent })
        assert.equal((await chain.connection()).endpoint, node.url)
        const { reason } = await next('chainEndpointFailed', { endpoint: hostile.url })
        assert.match(reason, /sends a message of too many parts$/)
      })

    it('passes over an endpoint that sends more than 4 MiB', async () => {
      await using hostile = await startRawServer(socket => socket.send('7'.repeat(2 ** 22 + 1)))
      await using chain = openChainOver([hostile])
      assert.match((await chainRejection(chain.head())).message, /Max payload size exceeded/)
    })

    for (const protocol of ['legacy', 'chainHead'] as const)
      it(`passes over an endpoint of ${protocol} whose metadata has lists of nothing`, async () => {
        await using hostile = await start(protocol)
        const editor = new RuntimeEditor(381)
        const nothing = editor.addNewtype('Nothing', editor.addType({ def: { tag: 'tuple', value: [] } }))
        editor.addType({ def: { tag: 'sequence', value: nothing } })
        hostile.upgrade(editor.build(500))
        const { onEvent, next } = recordEvents()
        await using node = await startChainNode({ subnets, genesis: hostile.chain.genesis })
        await using chain = openChainOver([hostile, node], { onEvent })
        assert.equal((await chain.connection()).endpoint, node.url)
        const { reason } = await next('chainEndpointFailed', { endpoint: hostile.url })
        assert.match(reason, /sends metadata that cannot be decoded$/)
      })

    it('survives an endpoint that repeats what it is asked', async () => {
      const { warn } = console
      console.warn = () => {}
      await using hostile = await startRawServer(socket => {
        socket.on('message', data => socket.send(data.toString()))
      })
      await using chain = openChainOver([hostile], { limits: { readyMs: 1_000 } })
      assert.equal((await chainRejection(chain.head())).code, 'UNREACHABLE')
      console.warn = warn
    })
  })
})
