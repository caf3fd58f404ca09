import assert from 'node:assert/strict'
import { bytesOf, headOf, send, signedRequest } from '../support/signed-request.ts'
import { startAxon } from '../support/start-axon.ts'
import { assertAlive, assertRefused } from './assert-refused.ts'
import { RawConnection } from './raw-connection.ts'
import { realSockets } from './real-sockets.ts'

const chunked = { 'content-length': null, 'transfer-encoding': 'chunked' }

describe('bodies', () => {
  realSockets()

  it('12.1-48: refuses 10 MB that are declared with 413, and the caller reads it', async () => {
    await using axon = await startAxon()
    for (let round = 0; round < 5; round++) {
      const got = await send(axon.url, { ...signedRequest(), body: Buffer.alloc(10 * 1024 * 1024, ' ') })
      assert.equal(got.status, 413)
      assert.equal(got.json.message, 'The body is larger than 1048576 bytes')
    }
    await assertAlive(axon)
  })

  it('refuses a declared length before any of it comes', async () => {
    await using axon = await startAxon()
    using connection = await RawConnection.open(axon.port)
    connection.write(headOf(signedRequest(), { 'content-length': '999999999999' }))
    assertRefused(await connection.reply(), 413, /larger than 1048576 bytes/)
  })

  it('refuses chunks without an end with 413, and closes', async () => {
    await using axon = await startAxon()
    using connection = await RawConnection.open(axon.port)
    connection.write(headOf(signedRequest(), chunked))
    const chunk = Buffer.from(`10000\r\n${' '.repeat(0x10000)}\r\n`)
    let sent = 0
    const pour = () => {
      while (!connection.socket.destroyed && connection.socket.write(chunk)) sent += chunk.length
      sent += chunk.length
    }
    connection.socket.on('drain', pour)
    pour()
    assertRefused(await connection.reply(), 413, /larger than 1048576 bytes/)
    await connection.closed
    assert.ok(sent < 100 * 1024 * 1024)
    await assertAlive(axon)
  })

  it('answers a body in chunks', async () => {
    await using axon = await startAxon()
    const sent = signedRequest()
    using connection = await RawConnection.open(axon.port)
    connection.write(headOf(sent, chunked))
    for (const char of sent.body.toString()) connection.write(`1\r\n${char}\r\n`)
    assert.equal((await connection.write('0\r\n\r\n').reply())?.status, 200)
  })

  it('answers a bad chunk with 400 and closes', async () => {
    await using axon = await startAxon()
    using connection = await RawConnection.open(axon.port)
    connection.write(headOf(signedRequest(), chunked)).write('2\r\n{}\r\nxyz\r\n')
    assertRefused(await connection.reply(), 400, 'This is not HTTP')
    await connection.closed
    await assertAlive(axon)
  })

  it('adds nothing to a refusal when a bad chunk comes after it', async () => {
    await using axon = await startAxon()
    using connection = await RawConnection.open(axon.port)
    connection.write(headOf(signedRequest({ text: 'forged' }), chunked))
    assertRefused(await connection.reply(), 401, /Signature mismatch/)
    await connection.write('xyz\r\n'.repeat(1_000)).closed
    assert.equal(connection.rest, '')
  })

  it('12.1-39: refuses without waiting for the body, and keeps the connection', async () => {
    await using axon = await startAxon({ rules: [() => ({ allow: false, reason: 'no' })] })
    const sent = signedRequest()
    using connection = await RawConnection.open(axon.port)
    for (let round = 0; round < 3; round++) {
      assertRefused(await connection.write(headOf(sent)).reply(), 403, /blacklisted: no\./)
      connection.write(sent.body)
    }
  })

  it('refuses a head that asks to close, and the reply is not lost to the body after it', async () => {
    await using axon = await startAxon()
    for (let round = 0; round < 20; round++) {
      const sent = signedRequest({ text: 'forged', headers: { connection: 'close' } })
      using connection = await RawConnection.open(axon.port)
      connection.write(headOf(sent, { 'content-length': '100000' }))
      connection.write('x'.repeat(50_000))
      await new Promise(setImmediate)
      connection.write('x'.repeat(50_000))
      assertRefused(await connection.reply(), 401, /Signature mismatch/)
      await connection.closed
    }
  })

  it('keeps the connection after a body that is a little too large', async () => {
    await using axon = await startAxon({ maxBody: 100 })
    using connection = await RawConnection.open(axon.port)
    for (let round = 0; round < 3; round++) {
      const sent = { ...signedRequest(), body: 'x'.repeat(101) }
      assertRefused(await connection.write(bytesOf(sent)).reply(), 413, 'The body is larger than 100 bytes')
    }
  })

  it('is not disturbed by a bad chunk in a body that it has given up', async () => {
    await using axon = await startAxon()
    using connection = await RawConnection.open(axon.port)
    connection.write(headOf(signedRequest({ timeout: '1.0' }), chunked)).write('1\r\n{\r\nxyz\r\n')
    assertRefused(await connection.reply(), 400, 'This is not HTTP')
    // The deadline passes while what is left is still read: nothing may be written then, and nothing thrown.
    await new Promise(resolve => setTimeout(resolve, 1_100))
    connection.socket.end()
    await connection.closed
    assert.equal(connection.rest, '')
    await assertAlive(axon)
  })
})
