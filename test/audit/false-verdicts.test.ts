import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { NotAccepted, NotTried } from '#dist/audit/not-tried.js'
import { AuditClient } from '#dist/audit/wire/audit-client.js'
import { AuditSocket } from '#dist/audit/wire/audit-socket.js'
import { realSockets } from '../axon/real-sockets.ts'
import { bob } from '../support/signed-request.ts'
import { startAxon } from '../support/start-axon.ts'
import { audit, idsOf, limits, question } from './audit-of.ts'
import { type Flaw, plainAxon } from './plain-axon.ts'

/** For an axon that does not end what is slow or large. */
const quick = { ...limits, slowMs: 1_000, replyMs: 1_000 }

/** Audits an axon that fails in a way that no attack is meant for. */
async function report(...flaws: Flaw[]) {
  await using axon = await plainAxon(...flaws)
  return await audit(axon)
}

/** Starts a server that answers each request alike, with the head of an axon. */
async function server(answer: RequestListener) {
  const started = createServer((request, response) => {
    response.setHeader('bt_header_axon_hotkey', bob.address)
    answer(request, response)
  })
  started.on('connection', socket => socket.on('error', () => {}))
  started.listen(0, '127.0.0.1')
  await once(started, 'listening')
  const { port } = started.address() as AddressInfo
  return {
    target: { ip: '127.0.0.1', port },
    async [Symbol.asyncDispose]() {
      started.closeAllConnections()
      await new Promise(closed => started.close(closed))
    },
  }
}

describe('an audit of an axon that fails otherwise', () => {
  realSockets()

  for (const flaw of ['fails at the model', 'raises at the model', 'closes at the model'] as const)
    it(`takes no failure for a refusal, or for a fall, of one that ${flaw}`, async () => {
      const found = await report(flaw, 'takes no signature', 'hashes no body', 'takes a nonce twice', 'reads any depth')
      assert.deepEqual(idsOf(found, 'fell'), [])
      for (const id of [
        ...['no-signature', 'replay', 'body-swapped', 'hashed-field-swapped'],
        ...['nesting', 'lock-out', 'many-connections'],
      ])
        assert.ok(idsOf(found, 'not tried').includes(id), id)
    })

  it('takes no proxy before a dead axon for one that refuses', async () => {
    const found = await report('is behind a dead proxy')
    assert.deepEqual(idsOf(found, 'fell'), [])
    // This limit is the proxy's own.
    assert.deepEqual(idsOf(found, 'held'), ['slow-headers'])
  })

  it('takes no axon that died for one that refuses', async () => {
    const found = await report('dies of a refusal')
    assert.deepEqual([idsOf(found, 'fell'), idsOf(found, 'held')], [[], []])
  })

  it('does not let one hole hide others', async () => {
    const found = await report(
      'locks out by name',
      'takes nonces of the future',
      'believes an old version',
      'believes any time-out',
    )
    assert.deepEqual(idsOf(found, 'fell'), ['lock-out'])
    for (const id of ['future', 'timeout-stretching', 'version-downgrade'])
      assert.ok(idsOf(found, 'not tried').includes(id), id)
  })

  it('finds a lock-out that is told as a rate', async () => {
    assert.deepEqual(idsOf(await report('locks out with 429'), 'fell'), ['lock-out'])
  })

  it('attacks from the address of the caller where another gets no connection', async () => {
    const { rows } = await report('closes another address')
    assert.deepEqual(
      rows.filter(({ verdict }) => verdict !== 'held').map(({ id }) => id),
      ['unhashed-field-swapped'],
    )
  })

  it('counts no time for which a request waits for another', async () => {
    await using axon = await plainAxon('is slow at first', 'takes no signature')
    const found = await audit(axon, { question: { ...question, timeoutMs: 1_000 } })
    assert.deepEqual(idsOf(found, 'fell'), ['no-signature'])
  })

  it('takes no answer that is cut off for an answer', async () => {
    const found = await report('cuts answers off')
    for (const id of ['replay', 'lock-out', 'many-connections', 'unsigned-flood'])
      assert.ok(!idsOf(found, 'held').includes(id), id)
    await using first = await server((_, response) => {
      response.writeHead(200, { 'content-length': 1000 }).write('{')
      setImmediate(() => response.destroy())
    })
    await assert.rejects(audit(first), { code: 'GOOD_REQUEST_FAILED', message: /200, cut off$/ })
  })

  it('takes no answer before the end of a request for its refusal', async () => {
    await using axon = await server((_, response) => response.end('{}'))
    const found = await audit(axon)
    assert.deepEqual(
      idsOf(found, 'held').filter(id => /body|oracle/.test(id)),
      [],
    )
  })

  it('does not fall for what the system still holds of a large body', async () => {
    await using axon = await startAxon({ maxBody: 64 * 1024 * 1024, limits: { headersMs: 1_000 } })
    const { rows } = await audit({ target: { ip: '127.0.0.1', port: axon.port } })
    const { verdict, found } = rows.find(({ id }) => id === 'oversized-body')!
    assert.equal(verdict, 'held', found)
  })

  it('prints as much of a reply as fits a line', async () => {
    await using axon = await server((request, response) => {
      request.resume()
      if (request.headers.bt_header_dendrite_signature) return response.end('{}')
      response.writeHead(401, { 'content-type': 'application/json' })
      return response.end(JSON.stringify({ message: 'a\nb'.repeat(100_000) }))
    })
    const { found } = (await audit(axon, { limits: quick })).rows.find(({ id }) => id === 'no-signature')!
    assert.match(found, /^401 a\\u000ab/)
    assert.ok(found.length < 2_000 && !found.includes('\n'), `${found.length} characters`)
  })
})

describe('a connection of an audit', () => {
  realSockets()
  const { signal } = new AbortController()

  it('that this machine cannot open tells nothing of the axon', async () => {
    await using axon = await plainAxon()
    const absent = { target: axon.target, localAddress: '203.0.113.7', timeoutMs: 10_000, signal }
    const isOurs = (error: unknown) => error instanceof NotTried && !(error instanceof NotAccepted)
    await assert.rejects(AuditSocket.open(absent), isOurs)
    using client = new AuditClient({ ...absent, connections: 1, maxRequests: 1 })
    await assert.rejects(client.send({ path: '/', headers: [], body: Buffer.of() }), isOurs)
    await assert.rejects(
      AuditSocket.open({ target: { ip: '127.0.0.1', port: NaN }, timeoutMs: 10_000, signal }),
      RangeError,
    )
  })

  it('whose reply is not one of HTTP is no close', async () => {
    await using axon = await server((_, response) => response.socket!.end('SSH-2.0-OpenSSH\r\n'))
    using client = new AuditClient({ ...axon, connections: 1, maxRequests: 1, timeoutMs: 10_000, signal })
    assert.equal((await client.send({ path: '/', headers: [['host', 'axon']], body: Buffer.of() })).end, 'unreadable')
  })

  it('waits for the reply after an interim one', async () => {
    await using axon = await server((_, response) => {
      response.writeContinue()
      response.writeHead(413).end()
    })
    using socket = await AuditSocket.open({ ...axon, timeoutMs: limits.replyMs, signal })
    socket.write('POST / HTTP/1.1\r\nhost: axon\r\n\r\n')
    assert.equal(await socket.end(limits.replyMs), 413)
  })
})
