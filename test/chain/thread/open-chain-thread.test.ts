import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { WebSocket } from 'ws'
import type { ChainEvent } from '#dist/chain/chain.js'
import { ChainError } from '#dist/chain/chain-error.js'
import { openChain } from '#dist/chain/open-chain.js'
import { openChainThread } from '#dist/chain/thread/open-chain-thread.js'
import { RuntimeEditor } from '../../support/chain/edited-runtime.ts'
import { RpcError } from '../../support/chain/json-rpc.ts'
import { specs } from '../../support/chain/runtime.ts'
import { type ChainNodeOptions, type ChainServer, startChainNode } from '../../support/chain/start-chain-node.ts'
import { type RawServer, startRawServer } from '../../support/chain/start-raw-server.ts'
import { subnetOf } from '../../support/chain/subnet-of.ts'
import { alice, bob } from '../../support/signed-request.ts'

const announcement = { netuid: 1, ip: '203.0.113.7', port: 8091, version: 10_004_001 }

const real = JSON.stringify(import.meta.resolve('#dist/chain/thread/chain-worker.js'))

/** Code for a thread, which may `report` as the real one does. */
function code(text: string): URL {
  return new URL(
    `data:text/javascript,${encodeURIComponent(
      `import { parentPort as port } from 'node:worker_threads'; const report = message => port.postMessage(message); ${text}`,
    )}`,
  )
}

/** The real thread, which does this besides when it is asked for subnet 666. */
const also = (act: string) =>
  code(`await import(${real}); port.on('message', async ({ call }) => { if (call?.netuid === 666) { ${act} } })`)

describe('openChainThread', () => {
  describe('with a node', () => {
    let node: ChainServer
    before(async () => {
      node = await startChainNode()
    })
    after(() => node[Symbol.asyncDispose]())

    it('returns what a chain in this thread returns', async () => {
      await using here = openChain({ network: node.url })
      await using there = opened(node.url)
      const hotkey = node.subnet().neurons[5]!.hotkey
      const chain = there.chain
      const { readAt: _, ...metagraph } = await chain.metagraph(1)
      const { readAt: __, ...expected } = await here.metagraph(1)
      assert.deepEqual(metagraph, expected)
      assert.equal(typeof metagraph.neurons[0]!.stakeRao, 'bigint')
      assert.deepEqual(await chain.subnet(1), await here.subnet(1))
      assert.deepEqual(await chain.head(), await here.head())
      assert.deepEqual(await chain.registration(1, hotkey), await here.registration(1, hotkey))
      assert.equal(await chain.registration(1, alice.address), null)
      const { latencyMs, ...connection } = await chain.connection()
      assert.ok(latencyMs > 0)
      assert.deepEqual(connection, { endpoint: node.url, genesis: node.chain.genesis })
    })

    it('answers calls at the same time', async () => {
      await using there = opened(node.url)
      const calls = [there.chain.head(), there.chain.subnet(1), there.chain.subnet(9), there.chain.head()] as const
      const [head, subnet, unknown, again] = await Promise.allSettled(calls)
      assert.deepEqual(
        [head.status, subnet.status, unknown.status, again.status],
        ['fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
      )
    })

    it('passes events on', async () => {
      await using there = opened(node.url)
      await there.chain.head()
      const { event, endpoint } = there.events[0] as ChainEvent & { event: 'chainConnected' }
      assert.deepEqual({ event, endpoint }, { event: 'chainConnected', endpoint: node.url })
    })

    it('survives a listener that throws', async () => {
      const onEvent = () => assert.fail('the log is full')
      await using chain = openChainThread({ network: node.url, onEvent })
      assert.equal((await chain.head()).specVersion, 381)
    })

    it('throws errors with their class, code and hint', async () => {
      await using there = opened(node.url)
      await assert.rejects(there.chain.subnet(9), (error: unknown) => {
        assert.ok(error instanceof ChainError)
        const { code, message, hint, stack } = error
        assert.deepEqual({ code, message }, { code: 'SUBNET_UNKNOWN', message: 'the chain has no subnet 9' })
        assert.match(hint, /--netuid/)
        assert.match(stack!, /read-subnet\.js/)
        return true
      })
    })

    it('aborts a call with the reason of its signal, and goes on', async () => {
      await using there = opened(node.url)
      await there.chain.head()
      const controller = new AbortController()
      const reason = new Error('enough')
      node.faults.isStalled = true
      const call = there.chain.subnet(1, controller.signal)
      controller.abort(reason)
      await assert.rejects(call, error => error === reason)
      node.faults.isStalled = false
      await assert.rejects(there.chain.head(AbortSignal.abort(reason)), error => error === reason)
      assert.equal((await there.chain.head()).specVersion, 381)
    })

    it('closes its connection when it is disposed', async () => {
      const there = opened(node.url)
      await there.chain.head()
      assert.equal(node.connections.open, 1)
      await there.chain[Symbol.asyncDispose]()
      while (node.connections.open > 0) await setImmediate() // the node learns it a moment later
    })
  })

  it('tells how long a busy endpoint asks to wait', async () => {
    await using node = await startChainNode()
    node.faults.upgrade = { status: 429, headers: { 'retry-after': '60' } }
    await using there = opened(node.url)
    await assert.rejects(there.chain.head(), (error: unknown) => {
      assert.ok(error instanceof ChainError && error.cause instanceof ChainError)
      assert.equal(error.code, 'ENDPOINT_BUSY')
      assert.ok(error.retryAfterMs! > 50_000)
      assert.match(error.cause.message, /429/)
      return true
    })
  })

  describe('announces', () => {
    const started = () => startChainNode({ subnets: [subnetOf([{ hotkey: alice.address }])] })

    it('with a signature that this thread makes', async () => {
      await using node = await started()
      await using there = opened(node.url)
      const texts: Uint8Array[] = []
      const signer = {
        publicKey: alice.publicKey,
        async sign(text: Uint8Array) {
          texts.push(text)
          return alice.sign(text)
        },
      }
      assert.deepEqual(await there.chain.announce(announcement, signer), { block: node.chain.head.number })
      assert.equal(node.announced?.ip, 3405803783n)
      assert.equal(texts.length, 1)
    })

    it('and throws the typed refusal', async () => {
      await using node = await started()
      await using there = opened(node.url)
      await assert.rejects(there.chain.announce(announcement, bob), { name: 'ChainError', code: 'NOT_REGISTERED' })
    })

    it('and throws what the signer throws', async () => {
      await using node = await started()
      await using there = opened(node.url)
      const failure = new Error('the keyfile is gone')
      const signer = { publicKey: alice.publicKey, sign: () => Promise.reject(failure) }
      await assert.rejects(there.chain.announce(announcement, signer), error => error === failure)
      assert.deepEqual(await there.chain.announce(announcement, alice), { block: node.chain.head.number })
    })
  })

  describe('signs nothing but the announcement', () => {
    const forbidden = { publicKey: alice.publicKey, sign: () => assert.fail('it signed') }
    const refusal = { name: 'ChainError', code: 'RUNTIME_UNSUPPORTED', message: /sign something else/ }
    const begun = (options: ChainNodeOptions = {}) =>
      startChainNode({ subnets: [subnetOf([{ hotkey: alice.address }])], protocol: 'legacy', ...options })

    it('when the thread asks for a signature of other bytes', async () => {
      const greedy = code(`
        let id
        port.on('message', ({ task, error, ...call }) => {
          if (task === 'call') report({ report: 'sign', id: (id = call.id), number: 1, text: Buffer.alloc(112, 7) })
          if (task === 'unsigned') report({ report: 'error', id, error })
        })`)
      await using there = opened('ws://127.0.0.1:1', { code: greedy })
      await assert.rejects(there.chain.announce(announcement, forbidden), refusal)
    })

    const others: Readonly<Record<string, (editor: RuntimeEditor) => void>> = {
      'without arguments': editor => editor.arguments('serve_axon').splice(0),
      'in another order': editor => editor.arguments('serve_axon').reverse(),
      'of other types': editor => {
        editor.arguments('serve_axon').find(({ name }) => name === 'port').type = editor.primitive('u32')
      },
    }
    for (const [how, edit] of Object.entries(others))
      it(`when the metadata describes it ${how}`, async () => {
        await using node = await begun()
        const editor = new RuntimeEditor(381)
        edit(editor)
        node.upgrade(editor.build(500))
        await using there = opened(node.url)
        await assert.rejects(there.chain.announce(announcement, forbidden), refusal)
        assert.equal(node.calls.count('author_submitExtrinsic'), 0)
      })

    it('and has another endpoint describe it', async () => {
      await using odd = await begun()
      await using node = await begun()
      const editor = new RuntimeEditor(381)
      editor.arguments('serve_axon').splice(0)
      odd.upgrade(editor.build(500))
      await using there = opened('local', { endpoints: [odd.url, node.url] })
      assert.deepEqual(await there.chain.announce(announcement, alice), { block: node.chain.head.number })
      assert.equal(odd.calls.count('author_submitExtrinsic'), 0)
    })

    it('for the chain that the network names', async () => {
      await using node = await begun({ genesis: 'finney' })
      await using there = opened('finney', { endpoints: [node.url] })
      assert.deepEqual(await there.chain.announce(announcement, alice), { block: node.chain.head.number })
    })

    for (const spec of specs)
      it(`as runtime ${spec} has it`, async () => {
        await using node = await begun({ spec })
        await using there = opened(node.url)
        const { block } = await there.chain.announce({ ...announcement, ip: '2001:db8::7' }, alice)
        assert.equal(block, node.chain.head.number)
      })
  })

  it('gives a thread no signature that the one before it asked for', async () => {
    await using node = await startChainNode({ subnets: [subnetOf([{ hotkey: alice.address }])] })
    await using there = opened(node.url, { code: also('process.exit()') })
    const asked = Promise.withResolvers<void>()
    const late = Promise.withResolvers<Uint8Array>()
    const slow = {
      publicKey: alice.publicKey,
      sign() {
        asked.resolve()
        return late.promise
      },
    }
    const lost = there.chain.announce(announcement, slow)
    await asked.promise
    await Promise.all([assert.rejects(lost, { code: 'CALL_FAILED' }), assert.rejects(there.chain.subnet(666))])
    const signer = {
      publicKey: alice.publicKey,
      async sign(text: Uint8Array) {
        late.resolve(new Uint8Array(64))
        await setImmediate()
        return alice.sign(text)
      },
    }
    assert.deepEqual(await there.chain.announce(announcement, signer), { block: node.chain.head.number })
  })

  it('survives a node whose list claims a billion elements', async () => {
    await using node = await startChainNode({ protocol: 'legacy' })
    for (const mebibytes of [3.9, 16]) {
      await using liar = await startLiar(node.url, mebibytes * 2 ** 20)
      await using there = opened(liar.url)
      // V8 ended the process, and these tests with it, before messages were bounded to 4 MiB.
      if (mebibytes < 4) assert.equal((await there.chain.metagraph(1)).neurons.length, 1024)
      else await assert.rejects(there.chain.metagraph(1), { code: 'CALL_FAILED', message: /Max payload size exceeded/ })
      assert.equal((await there.chain.head()).specVersion, 381)
    }
  })

  it('gives the thread none of the environment’s secrets', async () => {
    process.env.MINER_WALLET_PASSWORD = 'open sesame'
    try {
      const telling = code(`
        port.on('message', ({ id }) => id && report({ report: 'result', id, result: Object.keys(process.env) }))`)
      await using there = opened('ws://127.0.0.1:1', { code: telling })
      const names: unknown = await there.chain.head()
      assert.ok(Array.isArray(names))
      assert.deepEqual(
        names.filter(name => !/^(NODE|SSL)_/.test(name)),
        [],
      )
    } finally {
      delete process.env.MINER_WALLET_PASSWORD
    }
  })

  describe('what the thread prints', () => {
    it('becomes events, and stays out of the program’s output', async () => {
      const printing = also(`
        console.log('one'); console.warn('two\\nlines'); process.stderr.write('three'); process.stdout.write(Buffer.from('four'))
        process.emitWarning('five'); console.error(new Error('six'))`)
      const program = `
        const events = []
        const chain = openChainThread({
          network: 'ws://127.0.0.1:1',
          code: new URL(${JSON.stringify(printing)}),
          onEvent: event => events.push(event),
        })
        await chain.subnet(666).catch(() => {})
        await chain[Symbol.asyncDispose]()
        process.stdout.write(JSON.stringify(events))`
      const { stdout, stderr } = run(program)
      const texts = (JSON.parse(stdout) as ChainEvent[]).flatMap(textOf)
      assert.deepEqual(texts.slice(0, 4), ['one', 'two\nlines', 'three', 'four'])
      assert.match(texts.slice(4).join('\n'), /^Error: six\n(.*\n)*.*Warning: five/)
      assert.equal(stderr, '')
    })

    it('comes from polkadot-api too, of which a node refuses a call', async () => {
      await using node = await startChainNode({ protocol: 'chainHead' })
      const printed = Promise.withResolvers<string>()
      const onEvent = (event: ChainEvent) => textOf(event).forEach(printed.resolve)
      await using chain = openChainThread({ network: node.url, onEvent })
      await chain.head()
      node.faults.refuse = method => (method === 'chainHead_v1_unpin' ? new RpcError(-32000, 'not now') : undefined)
      for (let i = 0; i < 3; i++) node.makeBlock()
      assert.match(await printed.promise, /^unpin .*not now/)
    })

    it('is bounded, and counted', async () => {
      const there = opened('ws://127.0.0.1:1', {
        code: also(`for (let i = 0; i < 500; i++) console.log('x'.repeat(5_000))`),
      })
      await assert.rejects(there.chain.subnet(666))
      await there.chain[Symbol.asyncDispose]()
      const texts = there.texts()
      assert.equal(texts.length, 11)
      assert.ok(texts.every(text => text.length <= 1_001))
      assert.equal(texts.at(-1), 'left out 490 more texts of the last minute')
    })

    it('shows no secret of a URL', async () => {
      const there = opened('ws://127.0.0.1:1', {
        code: also(`console.log('Unable to connect to wss://user:secret@node.example:443/ws?apikey=secret')`),
      })
      await assert.rejects(there.chain.subnet(666))
      await there.chain[Symbol.asyncDispose]()
      assert.deepEqual(there.texts(), ['Unable to connect to wss://node.example'])
    })
  })

  describe('when the thread', () => {
    const deaths = {
      throws: `throw new Error('a fault')`,
      'leaves a rejection unhandled': `Promise.reject(new Error('a fault'))`,
      ends: 'process.exit(3)',
      'runs out of memory': 'const all = []; for (;;) all.push(new Array(1e6).fill({}))',
    }
    for (const [how, death] of Object.entries(deaths))
      it(`${how}, fails the open calls and starts another`, async () => {
        await using node = await startChainNode()
        await using there = opened(node.url, { code: also(death) })
        node.faults.isStalled = true
        const open = there.chain.head()
        await assert.rejects(there.chain.subnet(666), { name: 'ChainError', code: 'CALL_FAILED' })
        await assert.rejects(open, {
          name: 'ChainError',
          code: 'CALL_FAILED',
          message: /^the thread of the chain's client/,
        })
        node.faults.isStalled = false
        assert.equal((await there.chain.head()).specVersion, 381)
        assert.match(there.texts().join('\n'), /another thread starts in 0\.5 s/)
      })

    it('ends, goes on with the next endpoint', async () => {
      await using one = await startChainNode()
      await using other = await startChainNode({ genesis: one.chain.genesis })
      const endpoints = [one.url, other.url]
      await using there = opened('local', { endpoints, code: also('process.exit(3)') })
      for (const { url } of [one, other, one]) {
        assert.equal((await there.chain.connection()).endpoint, url)
        await assert.rejects(there.chain.subnet(666), { code: 'CALL_FAILED' })
      }
    })

    it('fails again and again, waits longer each time', async () => {
      await using there = opened('ws://127.0.0.1:1', { code: code('process.exit(3)') })
      for (let i = 0; i < 3; i++) await assert.rejects(there.chain.head(), { code: 'CALL_FAILED' })
      const waits = there.texts().map(text => /starts in ([\d.]+) s/.exec(text)?.[1])
      assert.deepEqual(waits.slice(0, 3), ['0.5', '1', '2'])
    })

    it('has ended, starts only one other, whatever times out meanwhile', async () => {
      const mortal = code(`port.on('message', () => process.exit(3))`)
      await using there = opened('ws://127.0.0.1:1', { code: mortal, limits: { openMs: 10, callMs: 10 } })
      const deaths = () => there.texts().filter(text => text.includes('another thread starts')).length
      while (deaths() < 3) await there.chain.head().catch(() => {})
      await assert.rejects(there.chain.head(), { code: 'CALL_TIMEOUT' }) // within the two seconds to the next
      assert.equal(deaths(), 3)
    })

    it('does not answer, ends it and starts another', async () => {
      await using node = await startChainNode()
      await using there = opened(node.url, { code: also('for (;;);'), pingMs: 1_000 })
      await there.chain.head()
      let turns = 0
      const ticks = setInterval(() => turns++, 1)
      await assert.rejects(there.chain.subnet(666), { name: 'ChainError', code: 'CALL_TIMEOUT' })
      clearInterval(ticks)
      assert.ok(turns > 100, `the loop of the thread let this one turn only ${turns} times`)
      assert.equal((await there.chain.head()).specVersion, 381)
    })

    it('never answers a call, gives the call up', async () => {
      const deaf = code(`port.on('message', () => {})`)
      await using there = opened('ws://127.0.0.1:1', { code: deaf, limits: { openMs: 50, callMs: 50 } })
      await assert.rejects(there.chain.head(), {
        code: 'CALL_TIMEOUT',
        message: "the chain's client took longer than 0.4 s",
      })
    })

    const places = { 'is no file': 'file:///nowhere/worker.js', 'cannot even be begun': 'http://127.0.0.1/worker.js' }
    for (const [how, place] of Object.entries(places))
      it(`${how}, fails the calls`, async () => {
        await using there = opened('ws://127.0.0.1:1', { code: new URL(place) })
        await assert.rejects(there.chain.head(), { name: 'ChainError', code: 'CALL_FAILED' })
      })
  })

  it('fails the open calls and all later ones when it is disposed', async () => {
    const there = opened('ws://127.0.0.1:1', { code: code(`port.on('message', () => {})`) })
    const open = there.chain.head()
    await Promise.all([
      assert.rejects(open, { code: 'CALL_FAILED', message: 'the connection to the chain was closed' }),
      there.chain[Symbol.asyncDispose](),
    ])
    await assert.rejects(there.chain.head(), { code: 'CALL_FAILED' })
    await there.chain[Symbol.asyncDispose]()
    assert.deepEqual(there.events, [])
  })

  describe('in a program', () => {
    it('does not keep it alive', () => {
      assert.deepEqual(run(`openChainThread({ network: 'ws://127.0.0.1:1' })`), { stdout: '', stderr: '' })
    })

    it('keeps it alive during a call', () => {
      const text = `
        const chain = openChainThread({ network: 'ws://127.0.0.1:1' })
        await chain.head().catch(({ code }) => console.log(code))`
      assert.deepEqual(run(text), { stdout: 'UNREACHABLE\n', stderr: '' })
    })
  })
})

/** A node whose mechagraph is a name of a billion letters, of which it sends some. */
function startLiar(url: string, length: number): Promise<RawServer> {
  const name = `0x010401feffffff${'00'.repeat(length / 2 - 100)}`
  return startRawServer(client => {
    const node = new WebSocket(url)
    const open = once(node, 'open')
    let asked: unknown
    client.on('message', async data => {
      if (data.toString().includes('mechagraph')) asked = JSON.parse(data.toString()).id
      await open
      node.send(data.toString())
    })
    node.on('message', data => {
      const message = JSON.parse(data.toString())
      client.send(JSON.stringify(asked !== undefined && message.id === asked ? { ...message, result: name } : message))
    })
    client.on('close', () => node.close())
  })
}

type Options = Partial<Parameters<typeof openChainThread>[0]>

/** A chain in a thread, and what it told. */
function opened(network: string, options: Options = {}) {
  const events: ChainEvent[] = []
  const chain = openChainThread({ network, onEvent: event => events.push(event), ...options })
  return {
    chain,
    events,
    texts: () => events.flatMap(textOf),
    [Symbol.asyncDispose]: () => chain[Symbol.asyncDispose](),
  }
}

function textOf(event: ChainEvent): string[] {
  return event.event === 'chainLibrary' ? [event.text] : []
}

/** Runs a program to its end. */
function run(text: string): { stdout: string; stderr: string } {
  const from = JSON.stringify(import.meta.resolve('#dist/chain/thread/open-chain-thread.js'))
  const program = `import { openChainThread } from ${from}; ${text}`
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
    timeout: 100_000,
  })
  assert.equal(status, 0, stderr)
  return { stdout, stderr }
}
