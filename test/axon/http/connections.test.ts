import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Keypair } from '#dist/keys/keypair.js'
import { alice, bytesOf, charlie, dave, send, signedRequest } from '../../support/signed-request.ts'
import { Clock, HeldMiner, startAxon } from '../../support/start-axon.ts'
import { dialectOf } from '../dialect-of.ts'
import { RawConnection } from '../raw-connection.ts'
import { realSockets } from '../real-sockets.ts'

/** A connection on which a hotkey has asked a question. */
async function connected(port: number, by: Keypair): Promise<RawConnection> {
  const connection = await RawConnection.open(port)
  await ask(connection, by)
  return connection
}

async function ask(connection: RawConnection, by: Keypair): Promise<void> {
  assert.equal((await connection.write(bytesOf(signedRequest({ by }))).reply())?.status, 200)
}

async function isAlive(connection: RawConnection): Promise<boolean> {
  return (await connection.write('GET /healthz HTTP/1.1\r\n\r\n').reply())?.status === 200
}

describe('connections', () => {
  realSockets()

  it('are no more than the limit: the oldest stranger makes room for a new one', async () => {
    await using axon = await startAxon({ limits: { connections: 3 } })
    using first = await RawConnection.open(axon.port)
    using second = await RawConnection.open(axon.port)
    assert.ok(await isAlive(second))
    using third = await RawConnection.open(axon.port)
    using fourth = await RawConnection.open(axon.port)
    await first.closed
    for (const connection of [second, third, fourth]) assert.ok(await isAlive(connection))
  })

  it('are kept for a hotkey that asked a question, while strangers have more', async () => {
    await using axon = await startAxon({ limits: { connections: 4 } })
    using asked = await connected(axon.port, alice)
    using second = await RawConnection.open(axon.port)
    assert.ok(await isAlive(second))
    using third = await RawConnection.open(axon.port)
    using fourth = await RawConnection.open(axon.port)
    assert.ok(await isAlive(fourth))
    using fifth = await RawConnection.open(axon.port)
    await second.closed
    for (const connection of [asked, third, fourth, fifth]) assert.ok(await isAlive(connection))
  })

  it('keep nothing for a ping', async () => {
    await using axon = await startAxon({ limits: { connections: 3 } })
    using pinged = await RawConnection.open(axon.port)
    assert.equal((await pinged.write(bytesOf(signedRequest({ synapse: 'Synapse', fields: {} }))).reply())?.status, 200)
    using second = await RawConnection.open(axon.port)
    using third = await RawConnection.open(axon.port)
    assert.ok(await isAlive(third))
    using fourth = await RawConnection.open(axon.port)
    await pinged.closed
    for (const connection of [second, third, fourth]) assert.ok(await isAlive(connection))
  })

  it('keep what a question earned for a time, which pings do not renew', async () => {
    const clock = new Clock()
    await using axon = await startAxon({ limits: { connections: 3, trustMs: 60_000 }, now: clock.now })
    clock.ms++
    const by = (synapse: string, fields: object) => ({ synapse, fields: { ...fields }, nonce: clock.nonce() })
    using asked = await RawConnection.open(axon.port)
    const question = { roles: ['user'], messages: ['hi'], completion: '' }
    assert.equal((await asked.write(bytesOf(signedRequest(by('Prompting', question)))).reply())?.status, 200)
    clock.ms += 59_000
    assert.equal((await asked.write(bytesOf(signedRequest(by('Synapse', {})))).reply())?.status, 200)
    assert.deepEqual(axon.load().connections.top, [{ kind: 'hotkey', name: alice.address, amount: 1 }])
    clock.ms += 1_001
    assert.deepEqual(axon.load().connections.top, [{ kind: 'network', name: '127.0.0.0/24', amount: 1 }])
  })

  it('make room from the hotkey that has most, the one that has been idle for the longest time', async () => {
    await using axon = await startAxon({ limits: { connections: 5 } })
    const greedy: RawConnection[] = []
    for (let at = 0; at < 4; at++) greedy.push(await connected(axon.port, alice))
    using other = await connected(axon.port, charlie)
    await ask(greedy[0]!, alice)
    using newcomer = await connected(axon.port, charlie)
    await greedy[1]!.closed
    for (const connection of [greedy[0]!, greedy[2]!, greedy[3]!, other, newcomer]) {
      assert.ok(await isAlive(connection))
      connection.socket.destroy()
    }
  })

  it('of one hotkey that hold all places leave room for another hotkey and for /healthz', async () => {
    const limit = 64
    await using axon = await startAxon({ limits: { connections: limit }, concurrency: limit, queue: limit })
    const greedy: RawConnection[] = []
    // Twice as many, each with the ping of the attack and with a question.
    for (let at = 0; at < 2 * limit; at++) {
      const connection = await RawConnection.open(axon.port)
      greedy.push(connection)
      await connection.write(bytesOf(signedRequest({ synapse: 'Synapse', fields: {} }))).reply()
      await ask(connection, alice)
    }
    for (let round = 0; round < 20; round++) {
      using good = await connected(axon.port, charlie)
      assert.ok(await isAlive(good))
      using health = await RawConnection.open(axon.port)
      assert.ok(await isAlive(health))
    }
    assert.equal(axon.load().connections.of, limit)
    assert.ok(axon.load().connections.open <= limit)
    assert.ok(greedy.filter(({ socket }) => !socket.destroyed).length > limit / 2)
    for (const { socket } of greedy) socket.destroy()
  })

  it('of pings alone, one on each, as many as there may be, shut nobody out', async () => {
    const limit = 128
    await using axon = await startAxon({ limits: { connections: limit } })
    const idle: RawConnection[] = []
    const ping = () => bytesOf(signedRequest({ synapse: 'Synapse', fields: {} }))
    const flood = async () => {
      for (let at = 0; at < limit; at++) {
        const connection = await RawConnection.open(axon.port)
        idle.push(connection)
        await connection.write(ping()).reply()
      }
    }
    await flood()
    using good = await connected(axon.port, charlie)
    await flood()
    assert.ok(await isAlive(good), 'the connection of a question was closed for pings')
    for (let round = 0; round < 10; round++) {
      using health = await RawConnection.open(axon.port)
      assert.ok(await isAlive(health))
      assert.equal((await send(axon.url, signedRequest({ by: charlie }))).status, 200)
      await Promise.all(idle.map(async connection => connection.socket.destroyed || connection.write(ping()).reply()))
    }
    for (const { socket } of idle) socket.destroy()
  })

  it('keep the share of each hotkey behind one address', async () => {
    await using axon = await startAxon({ limits: { connections: 6 } })
    using one = await connected(axon.port, alice)
    using other = await connected(axon.port, charlie)
    for (let flood = 0; flood < 20; flood++) await RawConnection.open(axon.port)
    for (const connection of [one, other]) assert.ok(await isAlive(connection))
  })

  it('are a stranger’s when no rule let their caller in, although it signed', async () => {
    await using axon = await startAxon({ limits: { connections: 2 }, dialect: dialectOf({ rules: false }) })
    using first = await RawConnection.open(axon.port)
    using second = await RawConnection.open(axon.port)
    const asked = () => bytesOf(signedRequest({ synapse: 'Ask', fields: { text: 'hi' }, hashed: [], by: dave }))
    for (const connection of [first, second]) assert.equal((await connection.write(asked()).reply())?.status, 200)
    using third = await RawConnection.open(axon.port)
    assert.ok(await isAlive(third))
    await first.closed
  })

  it('are not held by strangers that send bodies without an end', async () => {
    await using axon = await startAxon({ limits: { connections: 3 } })
    const head = 'POST /Prompting HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n'
    using first = await RawConnection.open(axon.port)
    using second = await RawConnection.open(axon.port)
    using third = await RawConnection.open(axon.port)
    for (const busy of [first, second, third]) assert.equal((await busy.write(head).reply())?.status, 401)
    assert.equal((await send(axon.url, signedRequest())).status, 200)
    await first.closed
  })

  it('lose nothing that runs on them when strangers flood', async () => {
    const miner = new HeldMiner()
    await using axon = await startAxon({ limits: { connections: 4 }, miner })
    const reply = send(axon.url, signedRequest())
    const held = await miner.next()
    for (let flood = 0; flood < 50; flood++) await RawConnection.open(axon.port)
    held.answer('still here')
    assert.equal((await reply).json.completion, 'still here')
  })

  it('leave no listeners behind, after hundreds of requests on one of them', async () => {
    const warnings: Error[] = []
    const warn = (warning: Error) => warnings.push(warning)
    process.on('warning', warn)
    await using axon = await startAxon({ concurrency: 400, queue: 400 })
    using connection = await RawConnection.open(axon.port)
    const good = () => bytesOf(signedRequest())
    const bad = () => bytesOf(signedRequest({ text: 'forged' }))
    for (let at = 0; at < 100; at++) {
      assert.equal((await connection.write(good()).reply())?.status, 200)
      assert.equal((await connection.write(bad()).reply())?.status, 401)
    }
    // And as many at once as a connection may have open.
    connection.write(Buffer.concat(Array.from({ length: 16 }, (_, at) => (at % 2 ? good() : bad()))))
    for (let at = 0; at < 16; at++) assert.equal((await connection.reply())?.status, at % 2 ? 200 : 401)
    await new Promise(setImmediate)
    process.off('warning', warn)
    assert.deepEqual(warnings, [])
  })

  it('tell every request on them when they close', async () => {
    const miner = new HeldMiner()
    await using axon = await startAxon({ miner })
    using connection = await RawConnection.open(axon.port)
    connection.write(Buffer.concat([bytesOf(signedRequest()), bytesOf(signedRequest())]))
    const held = [await miner.next(), await miner.next()]
    connection.socket.destroy()
    for (const { asked } of held) if (!asked.signal.aborted) await once(asked.signal, 'abort')
  })
})
