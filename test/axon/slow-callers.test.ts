import assert from 'node:assert/strict'
import { bytesOf, headOf, signedRequest } from '../support/signed-request.ts'
import { HeldMiner, startAxon } from '../support/start-axon.ts'
import { assertAlive, assertRefused } from './assert-refused.ts'
import { RawConnection } from './raw-connection.ts'
import { realSockets } from './real-sockets.ts'

describe('slow callers', () => {
  realSockets()

  const limits = { headersMs: 150, requestMs: 300 }

  it('12.1-48: closes on headers that do not end, with 408', async () => {
    await using axon = await startAxon({ limits })
    using connection = await RawConnection.open(axon.port)
    connection.write('POST /Prompting HTTP/1.1\r\nhost: x\r\n')
    assertRefused(await connection.reply(), 408, 'The request did not arrive in time')
    await connection.closed
    await assertAlive(axon)
  })

  it('closes on a caller that says nothing', async () => {
    await using axon = await startAxon({ limits })
    using connection = await RawConnection.open(axon.port)
    await connection.closed
  })

  it('closes on a body that does not end, with 408', async () => {
    await using axon = await startAxon({ limits })
    using connection = await RawConnection.open(axon.port)
    connection.write(headOf(signedRequest())).write('{')
    assertRefused(await connection.reply(), 408, 'The request did not arrive in time')
    await connection.closed
    await assertAlive(axon)
  })

  it('says 408 when the deadline passes before the body is there', async () => {
    await using axon = await startAxon()
    using connection = await RawConnection.open(axon.port)
    connection.write(headOf(signedRequest({ timeout: '0.1' }))).write('{')
    assertRefused(await connection.reply(), 408, 'The request did not arrive in time')
  })

  it('says nothing more to one that was refused and keeps back its body', async () => {
    await using axon = await startAxon({ limits })
    using connection = await RawConnection.open(axon.port)
    connection.write(headOf(signedRequest({ text: 'forged' })))
    assertRefused(await connection.reply(), 401, /Signature mismatch/)
    await connection.closed
    assert.equal(connection.rest, '')
  })

  it('drops a caller that does not read its reply', async () => {
    const miner = new HeldMiner()
    await using axon = await startAxon({ limits: { writeMs: 200 }, miner })
    using connection = await RawConnection.open(axon.port)
    connection.socket.pause()
    connection.write(bytesOf(signedRequest()))
    const held = await miner.next()
    const drained = axon.drain(1_500)
    held.answer('\u20ac'.repeat(4 * 1024 * 1024))
    assert.equal(await drained, true)
  })

  it('counts the time of a reply from when those before it are written', async () => {
    const miner = new HeldMiner()
    await using axon = await startAxon({ limits: { writeMs: 100 }, miner })
    using connection = await RawConnection.open(axon.port)
    connection.write(Buffer.concat([bytesOf(signedRequest()), bytesOf(signedRequest({ text: 'forged' }))]))
    const held = await miner.next()
    await new Promise(resolve => setTimeout(resolve, 250))
    held.answer('in its own time')
    assert.equal((await connection.reply())?.status, 200)
    assert.equal((await connection.reply())?.status, 401)
  })

  it('answers nobody who has closed its side: it has left', async () => {
    await using axon = await startAxon()
    using connection = await RawConnection.open(axon.port, { allowHalfOpen: true })
    connection.socket.end(bytesOf(signedRequest()))
    await connection.closed
    await assertAlive(axon)
  })
})
