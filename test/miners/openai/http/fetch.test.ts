import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, createGzip, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import nock from 'nock'
import { httpFetch } from '#dist/miners/openai/http/fetch.js'

describe('httpFetch', () => {
  // nock stands between a request and its connection.
  before(() => nock.restore())
  after(() => nock.activate())

  for (const [encoding, packed] of [
    ['gzip', gzipSync('some words')],
    ['deflate', deflateSync('some words')],
    ['deflate', deflateRawSync('some words')],
    ['br', brotliCompressSync('some words')],
    ['zstd', zstdCompressSync('some words')],
    ['deflate, gzip', gzipSync(deflateSync('some words'))],
    ['GZip', gzipSync('some words')],
    ['utf-8', Buffer.from('some words')],
    ['identity', Buffer.from('some words')],
  ] as const)
    it(`reads a body in ${encoding} that it did not request`, async () => {
      await using server = await serve((request, response) => {
        assert.equal(request.headers['accept-encoding'], undefined)
        response.writeHead(200, { 'content-encoding': encoding }).end(packed)
      })
      assert.equal(await (await httpFetch()(server.url)).text(), 'some words')
    })

  it('yields each chunk of a compressed stream when it comes', async () => {
    const more = Promise.withResolvers<void>()
    await using server = await serve(async (_, response) => {
      const gzip = createGzip()
      gzip.pipe(response.writeHead(200, { 'content-encoding': 'gzip' }))
      gzip.write('one')
      gzip.flush()
      await more.promise
      gzip.end('two')
    })
    const pieces: string[] = []
    for await (const piece of (await httpFetch()(server.url)).body!) {
      pieces.push(Buffer.from(piece).toString())
      more.resolve()
    }
    assert.deepEqual(pieces, ['one', 'two'])
  })

  it('sends method, headers and body, and returns status and headers', async () => {
    await using server = await serve((request, response) => {
      response.setHeader('x-said', `${request.method} ${request.headers['x-one']}`).writeHead(201)
      request.pipe(response)
    })
    const response = await httpFetch()(server.url, { method: 'POST', headers: { 'X-One': '1' }, body: 'words' })
    assert.equal(response.status, 201)
    assert.equal(response.headers.get('x-said'), 'POST 1')
    assert.equal(await response.text(), 'words')
  })

  it('returns no body for statuses without one, and reuses the connection', async () => {
    await using server = await serve((_, response) => response.writeHead(204).end())
    const fetch = httpFetch()
    for (let count = 0; count < 3; count++) assert.equal((await fetch(server.url)).body, null)
    // The next one does not wait for the end of the last, so one may come too early for it.
    assert.ok(server.connections() < 3)
  })

  it('fails when the server switches protocols', async () => {
    await using server = await serve((_, response) => {
      response.socket!.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: smoke\r\n\r\n')
    })
    await assert.rejects(httpFetch()(server.url), /^Error: the connection closed without a reply$/)
  })

  for (const status of ['099', '700'])
    it(`treats ${status} as a failure of the endpoint, and closes the connection`, async () => {
      const closed = Promise.withResolvers<void>()
      await using server = await serve((_, response) => {
        response.socket!.once('close', closed.resolve).write(`HTTP/1.1 ${status} x\r\ncontent-length: 9\r\n\r\n{`)
      })
      await assert.rejects(httpFetch()(server.url), { name: 'NoAnswer', code: 'MODEL_FAILED' })
      await closed.promise
    })

  it('does not follow redirects', async () => {
    await using server = await serve((_, response) => response.writeHead(307, { location: '/' }).end('there'))
    const response = await httpFetch()(server.url)
    assert.deepEqual([response.status, await response.text()], [307, 'there'])
    assert.equal(server.connections(), 1)
  })

  it('sends nothing when its signal is already aborted', async () => {
    await using server = await serve((_, response) => response.end())
    await assert.rejects(httpFetch()(server.url, { signal: AbortSignal.abort() }))
    assert.equal(server.connections(), 0)
  })

  it('throws for a body that breaks off what the global fetch throws', async () => {
    await using server = await serve((_, response) => {
      response.write('some', () => response.destroy())
    })
    const response = await httpFetch()(server.url)
    await assert.rejects(response.text(), { name: 'TypeError', message: 'terminated' })
  })
})

async function serve(listener: RequestListener) {
  let connections = 0
  const server = createServer(listener).listen(0, '127.0.0.1')
  server.on('connection', () => connections++)
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
