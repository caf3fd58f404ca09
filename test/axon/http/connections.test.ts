import assert from 'node:assert/strict'
import { once } from 'node:events'
import { bytesOf, dave, send, signedRequest } from '../../support/signed-request.ts'
import { HeldMiner, startAxon } from '../../support/start-axon.ts'
import { dialectOf } from '../dialect-of.ts'
import { RawConnection } from '../raw-connection.ts'
import { realSockets } from '../real-sockets.ts'

/** A connection whose caller has proven who it is. */
async function trusted(port: number): Promise<RawConnection> {
  const connection = await RawConnection.open(port)
  assert.equal((await connection.write(bytesOf(signedRequest())).reply())?.status, 200)
  return connection
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

  it('are kept when their caller has proven itself, however old', async () => {
    await using axon = await startAxon({ limits: { connections: 3 } })
    using proven = await trusted(axon.port)
    using second = await RawConnection.open(axon.port)
    assert.ok(await isAlive(second))
    using third = await RawConnection.open(axon.port)
    using fourth = await RawConnection.open(axon.port)
    await second.closed
    for (const connection of [proven, third, fourth]) assert.ok(await isAlive(connection))
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

  it('are turned away when all that there are have proven themselves', async () => {
    await using axon = await startAxon({ limits: { connections: 2 } })
    using first = await trusted(axon.port)
    using second = await trusted(axon.port)
    using third = await RawConnection.open(axon.port)
    await third.closed
    assert.ok(await isAlive(first))
    second.socket.destroy()
    assert.ok(await isAlive(first))
    using fourth = await trusted(axon.port)
    assert.ok(await isAlive(fourth))
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
