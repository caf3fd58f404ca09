import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { AxonError, listenError } from '#dist/axon/axon-error.js'
import { alice, bytesOf, send, signedRequest } from '../support/signed-request.ts'
import { HeldMiner, startAxon } from '../support/start-axon.ts'
import { RawConnection } from './raw-connection.ts'
import { realSockets } from './real-sockets.ts'
import { startStream } from './start-stream.ts'
import { told } from './told.ts'

describe('life: draining', () => {
  realSockets()

  it('finishes what runs and what waits, and takes nothing new', async () => {
    const miner = new HeldMiner()
    await using axon = await startAxon({ miner, concurrency: 1, queue: 1 })
    const running = send(axon.url, signedRequest())
    const held = await miner.next()
    // One of these two waits; the other finds no room, which tells that the first is in line.
    const others = [send(axon.url, signedRequest()), send(axon.url, signedRequest())]
    assert.equal((await Promise.race(others)).json.message, 'Too many requests are waiting')

    const drained = axon.drain(5_000)
    const refused = await send(axon.url, signedRequest())
    assert.equal(refused.status, 503)
    assert.equal(refused.json.message, 'The miner is stopping')
    assert.equal(refused.headers.connection, 'close')

    held.answer('one')
    ;(await miner.next()).answer('two')
    assert.equal((await running).status, 200)
    assert.deepEqual((await Promise.all(others)).map(({ status }) => status).sort(), [200, 503])
    assert.equal(await drained, true)
  })

  it('tells once that it drains, also when it closes at once', async () => {
    let drains = 0
    const onDraining = () => void drains++
    const axon = await startAxon({ onDraining })
    await axon.drain(1_000)
    assert.equal(drains, 1)
    await axon[Symbol.asyncDispose]()
    assert.equal(drains, 1)
    await using other = await startAxon({ onDraining })
    await other[Symbol.asyncDispose]()
    assert.equal(drains, 2)
  })

  it('waits for nobody who comes while it drains', async () => {
    const miner = new HeldMiner()
    await using axon = await startAxon({ miner })
    const running = send(axon.url, signedRequest())
    const held = await miner.next()
    const drained = axon.drain(60_000)
    // A stranger whose body never comes: its refusal is held for 2 s.
    using stranger = await RawConnection.open(axon.port)
    stranger.write('POST /Prompting HTTP/1.1\r\ncontent-length: 1000\r\n\r\n')
    assert.equal((await stranger.reply())?.status, 503)
    held.answer('done')
    const first = await Promise.race([drained, stranger.closed.then(() => 'the stranger has left')])
    assert.equal(first, true)
    assert.equal((await running).status, 200)
  })

  it('says in its health that it stops', async () => {
    await using axon = await startAxon()
    const serving = await fetch(`${axon.url}/healthz`)
    assert.equal(serving.status, 200)
    assert.deepEqual(await serving.json(), { status: 'serving' })
    assert.equal(await axon.drain(1_000), true)
    for (const path of ['/healthz', '/healthz?x']) {
      const draining = await fetch(`${axon.url}${path}`)
      assert.equal(draining.status, 503)
      assert.deepEqual(await draining.json(), { status: 'draining' })
    }
    assert.equal((await fetch(`${axon.url}/healthz`, { method: 'HEAD' })).status, 503)
  })

  it('gives up after the time it has, and says so; asked again it waits again', async () => {
    const miner = new HeldMiner()
    await using axon = await startAxon({ miner })
    const reply = send(axon.url, signedRequest())
    const held = await miner.next()
    assert.equal(await axon.drain(50), false)
    const again = [axon.drain(5_000), axon.drain(5_000)]
    held.answer('at last')
    assert.equal((await reply).status, 200)
    assert.deepEqual(await Promise.all(again), [true, true])
  })

  it('does not lose its refusal to a body that is still on its way', async () => {
    await using axon = await startAxon()
    await axon.drain(1_000)
    const bytes = bytesOf(signedRequest({ fields: { roles: ['user'], messages: ['x'.repeat(200_000)] } }))
    for (let round = 0; round < 20; round++) {
      using connection = await RawConnection.open(axon.port)
      for (let at = 0; at < bytes.length; at += 50_000) {
        connection.write(bytes.subarray(at, at + 50_000))
        await new Promise(setImmediate)
      }
      const got = await connection.reply()
      assert.equal(got?.status, 503)
      assert.equal(got.headers.connection, 'close')
      await connection.closed
    }
  })
})

describe('life: its end', () => {
  realSockets()

  it('refuses what runs and what waits, and tells the miner', async () => {
    const miner = new HeldMiner()
    const axon = await startAxon({ miner, concurrency: 1 })
    const replies = [send(axon.url, signedRequest()), send(axon.url, signedRequest())]
    const { asked } = await miner.next()
    const ends = Promise.all(replies)
    const told = once(asked.signal, 'abort')
    await axon[Symbol.asyncDispose]()
    await told
    for (const { status } of await ends) assert.equal(status, 503)
    assert.equal(miner.count, 1)
    await assert.rejects(send(axon.url, signedRequest()), { code: 'ECONNREFUSED' })
  })

  it('records a stream that it cuts as failed, because no caller cancelled it', async () => {
    await using stream = await startStream()
    stream.talk.say('Hel')
    await stream.caller.head()
    const failed = told(stream.axon, 'failed')
    await stream.axon[Symbol.asyncDispose]()
    assert.partialDeepStrictEqual(await failed, { status: 200, code: 'DRAINING', hotkey: alice.address, pieces: 1 })
  })

  it('can be ended twice', async () => {
    const axon = await startAxon()
    await axon[Symbol.asyncDispose]()
    await axon[Symbol.asyncDispose]()
  })

  it('leaves nothing that keeps a process alive, whatever was going on', () => {
    const script = `
      import { HeldMiner, startAxon } from './test/support/start-axon.ts'
      import { bytesOf, send, signedRequest } from './test/support/signed-request.ts'
      import { RawConnection } from './test/axon/raw-connection.ts'
      const miner = new HeldMiner()
      const axon = await startAxon({ miner, concurrency: 1 })
      const connections = await Promise.all([0, 1, 2, 3, 4, 5, 6].map(() => RawConnection.open(axon.port)))
      const whole = bytesOf(signedRequest())
      connections[0].write(whole)
      await miner.next()
      connections[1].write(bytesOf(signedRequest()))
      connections[2].write(whole.subarray(0, 100))
      connections[3].write(bytesOf(signedRequest()).subarray(0, -10))
      connections[4].write(bytesOf(signedRequest({ text: 'forged' })).subarray(0, -10))
      connections[5].write('noise\\r\\n\\r\\n')
      connections[6].write(Buffer.concat([bytesOf(signedRequest()), bytesOf(signedRequest({ text: 'forged' }))]))
      await Promise.all([connections[4].reply(), connections[5].reply()])
      await axon[Symbol.asyncDispose]()
      await Promise.all(connections.map(connection => connection.closed))
      await new Promise(setImmediate)
      console.log(process.getActiveResourcesInfo().filter(name => /Timeout|TCP|Immediate/.test(name)).join())`
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      timeout: 100_000,
    })
    assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: '\n', stderr: '' })
  })
})

describe('life: its address', () => {
  realSockets()

  it('is every address of the machine, unless one is named; callers of IPv4 are shown as such', async () => {
    await using axon = await startAxon({ host: null })
    const plain = await send(`http://127.0.0.1:${axon.port}`, signedRequest())
    assert.equal(plain.json.dendrite.ip, '127.0.0.1')
    assert.equal(plain.json.axon.ip, '127.0.0.1')
    assert.equal(plain.json.axon.port, axon.port)
    const six = await send(`http://[::1]:${axon.port}`, signedRequest())
    assert.equal(six.json.dendrite.ip, '::1')
    assert.equal(axon.url, `http://127.0.0.1:${axon.port}`)
  })

  for (const [host, url] of [
    ['::1', 'http://[::1]'],
    ['127.0.0.1', 'http://127.0.0.1'],
    ['localhost', 'http://localhost'],
    ['0.0.0.0', 'http://127.0.0.1'],
    ['::', 'http://127.0.0.1'],
  ] as const) {
    it(`is reached at ${url} when it listens on ${host}`, async () => {
      await using axon = await startAxon({ host })
      assert.equal(axon.url, `${url}:${axon.port}`)
      assert.equal((await send(axon.url, signedRequest())).status, 200)
    })
  }

  it('holds its limits on localhost too, whatever that stands for', async () => {
    await using axon = await startAxon({ host: 'localhost' })
    assert.equal((await send(`http://127.0.0.1:${axon.port}`, signedRequest())).status, 200)
    await assert.rejects(send(`http://[::1]:${axon.port}`, signedRequest()), { code: /ECONNREFUSED|EADDRNOTAVAIL/ })
  })

  it('says which port is in use, and leaves nothing open', async () => {
    const first = await startAxon()
    await assert.rejects(startAxon({ port: first.port }), (error: AxonError) => {
      assert.ok(error instanceof AxonError)
      assert.equal(error.code, 'PORT_IN_USE')
      assert.equal(error.message, `port ${first.port} is in use`)
      assert.match(error.hint ?? '', /--axon-port/)
      return true
    })
    await first[Symbol.asyncDispose]()
    await using again = await startAxon({ port: first.port })
    assert.equal((await send(again.url, signedRequest())).status, 200)
  })

  it('says when this machine has no such address', async () => {
    await assert.rejects(startAxon({ host: '203.0.113.1' }), (error: AxonError) => {
      assert.equal(error.code, 'ADDRESS_NOT_AVAILABLE')
      assert.match(error.message, /203\.0\.113\.1/)
      assert.match(error.hint ?? '', /--axon-host/)
      return true
    })
  })

  it('says when a port is not for this user, and what else went wrong', () => {
    const denied = listenError(Object.assign(new Error('listen EACCES'), { code: 'EACCES' }), '::', 80)
    assert.equal(denied.code, 'PORT_NOT_ALLOWED')
    assert.match(denied.message, /port 80/)
    const cause = Object.assign(new Error('listen ENOBUFS'), { code: 'ENOBUFS' })
    const other = listenError(cause, '::1', 8091)
    assert.equal(other.code, 'AXON_FAILED')
    assert.equal(other.cause, cause)
  })

  it('is its own: two in one process do not disturb each other', async () => {
    await using first = await startAxon()
    await using second = await startAxon()
    assert.notEqual(first.id, second.id)
    const sent = signedRequest()
    assert.equal((await send(first.url, sent)).status, 200)
    await first.drain(1_000)
    assert.equal((await send(second.url, signedRequest())).status, 200)
  })
})
