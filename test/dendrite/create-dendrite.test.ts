import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import nock from 'nock'
import { createDendrite, type DendriteAsk } from '#dist/dendrite/create-dendrite.js'
import { bodyHash } from '#dist/wires/synapse/body-hash.js'
import { claim } from '#dist/wires/synapse/claim.js'
import { encodeReply } from '#dist/wires/synapse/encode-reply.js'
import { open } from '#dist/wires/synapse/open.js'
import { proof } from '#dist/wires/synapse/proof.js'
import { alice, bob, isSignedBy, served, tree } from '../wires/fixture.ts'

type Seen = { method: string; url: string; rawHeaders: string[]; body: Buffer; port: number }

/** A real server; `answer` is called when a request has wholly arrived. */
async function axon(answer: (seen: Seen, response: ServerResponse) => void, host = '127.0.0.1') {
  const seen: Seen[] = []
  const listener: RequestListener = async (request: IncomingMessage, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { method, url, rawHeaders } = request
    const one = {
      method: method!,
      url: url!,
      rawHeaders,
      body: Buffer.concat(chunks),
      port: request.socket.remotePort!,
    }
    seen.push(one)
    answer(one, response)
  }
  const server = createServer(listener)
  const { url, close } = await listening(server, host)
  return { url, seen, [Symbol.asyncDispose]: () => close(() => server.closeAllConnections()) }
}

async function listening(server: Server, host = '127.0.0.1') {
  server.listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = async (cut: () => void) => {
    server.close()
    cut()
    await once(server, 'close')
  }
  return { url: new URL(`http://${host.includes(':') ? `[${host}]` : host}:${port}`), close }
}

const OK =
  '{"axon":{"status_code":200,"status_message":"Success"},"roles":["user"],"messages":["hi"],"completion":"OK"}'
const json = (response: ServerResponse, status: number, body: string) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(body)
const says = (body: string) => (_: Seen, response: ServerResponse) => void json(response, 200, body)

const question = (url: URL, change: Partial<DendriteAsk> = {}): DendriteAsk => ({
  url,
  receiver: bob.address,
  synapse: 'Prompting',
  fields: { roles: ['user'], messages: ['hi'], completion: '' },
  required: ['roles', 'messages'],
  hashed: ['messages'],
  timeoutMs: 60_000,
  ...change,
})
const dendriteOf = (change: Partial<Parameters<typeof createDendrite>[0]> = {}) =>
  createDendrite({ keypair: alice, now: Date.now, ...change })
/** What comes of asking one that answers with these bytes, whatever it is asked, and leaves the connection open. */
async function answered(bytes: string, timeoutMs = 60_000) {
  const sockets: Socket[] = []
  const server = createTcpServer(socket => {
    sockets.push(socket)
    socket
      .resume()
      .on('error', () => {})
      .write(bytes)
  })
  const { url, close } = await listening(server)
  using dendrite = dendriteOf()
  try {
    return await dendrite.ask(question(url, { timeoutMs }))
  } finally {
    await close(() => {
      for (const socket of sockets) socket.destroy()
    })
  }
}
const headOf = ({ method, url, rawHeaders }: Seen) => ({
  method,
  target: url,
  rawHeaders,
  address: '127.0.0.1',
  port: 1,
})

describe('dendrite', () => {
  it('12.2-1: sends requests that an axon verifies and opens', async () => {
    await using server = await axon(async (seen, response) => {
      const claimed = claim(headOf(seen))
      const { text, signature } = proof(claimed, bob.address)
      assert.ok(isSignedBy(alice.publicKey, text, signature))
      const reply = encodeReply(
        claimed,
        await open(claimed, seen.body, [['messages']]),
        { completion: 'wörld' },
        served,
      )
      response.writeHead(reply.status, reply.headers.flat()).end(reply.body)
    })
    using dendrite = dendriteOf()
    const reply = await dendrite.ask(question(server.url, { timeoutMs: 12_000 }))
    assert.deepEqual([reply.status, reply.message, reply.fields.get('completion')], [200, 'Success', 'wörld'])
    assert.equal(reply.axonMs, 12.5)
    assert.ok(reply.ms > 0)
    const { url, method, rawHeaders } = server.seen[0]!
    assert.deepEqual([method, url], ['POST', '/Prompting'])
    assert.ok(rawHeaders.join('\n').includes('timeout\n12.0\nbt_header_axon_ip\n127.0.0.1\n'))
  })

  it('12.2-1: has one uuid, and nonces that only increase, within a tick, at once, and when the clock steps back', async () => {
    await using server = await axon(says(OK))
    const ticks = [1_700_000_000_000, 1_700_000_000_000, 1_700_000_000_000, 1_600_000_000_000, 1_700_000_000_001]
    let tick = 0
    using dendrite = dendriteOf({ now: () => ticks[tick++]! })
    await Promise.all(ticks.map(() => dendrite.ask(question(server.url))))
    const claims = server.seen.map(seen => claim(headOf(seen)))
    const sorted = claims.map(one => one.nonce!).sort((a, b) => (a < b ? -1 : 1))
    assert.deepEqual(
      sorted,
      [0n, 1n, 2n, 3n, 1_000_000n].map(more => 1_700_000_000_000_000_000n + more),
    )
    assert.ok(sorted.every(nonce => String(nonce).length === 19))
    assert.equal(new Set(claims.map(one => one.uuid)).size, 1)
  })

  it('reuses its connection', async () => {
    await using server = await axon(says(OK))
    using dendrite = dendriteOf()
    for (let count = 0; count < 3; count++) await dendrite.ask(question(server.url))
    assert.equal(new Set(server.seen.map(seen => seen.port)).size, 1)
  })

  it('12.2-5: returns the status and message of a refusal', async () => {
    await using server = await axon((_, response) => void json(response, 403, '{"message":"Forbidden. x"}'))
    using dendrite = dendriteOf()
    const reply = await dendrite.ask(question(server.url))
    assert.deepEqual([reply.status, reply.message, reply.fields.get('completion')], [403, 'Forbidden. x', ''])
  })

  it('12.2-13: returns 503 when the connection is refused', async () => {
    const server = createTcpServer()
    const { url, close } = await listening(server)
    await close(() => {})
    using dendrite = dendriteOf()
    const reply = await dendrite.ask(question(url))
    assert.deepEqual([reply.status, reply.message], [503, `Service unavailable at ${url.host}/Prompting`])
  })

  it('12.2-13: returns 503 when the connection is closed without a reply', async () => {
    await using server = await axon((_, response) => void response.destroy())
    using dendrite = dendriteOf()
    const reply = await dendrite.ask(question(server.url))
    assert.deepEqual([reply.status, reply.message], [503, 'Service disconnected: Server disconnected'])
  })

  it('12.2-13: returns 400 when the reply is cut off', async () => {
    await using server = await axon((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 })
      response.write(OK, () => response.destroy())
    })
    using dendrite = dendriteOf()
    const reply = await dendrite.ask(question(server.url))
    assert.deepEqual([reply.status, reply.message], [400, 'Payload error: the reply was cut off'])
  })

  it('12.2-13: returns 408 when the reply times out, before its head and within its body', async () => {
    await using silent = await axon(() => {})
    await using stalled = await axon((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 }).write('{')
    })
    using dendrite = dendriteOf()
    for (const { url } of [silent, stalled]) {
      const reply = await dendrite.ask(question(url, { timeoutMs: 100 }))
      assert.deepEqual([reply.status, reply.message], [408, 'Request timeout after 0.1 seconds'])
    }
  })

  it('returns 400 when the reply is not HTTP', async () => {
    const server = createTcpServer(socket => socket.resume().end('SSH-2.0-OpenSSH_9.6\r\n'))
    const { url, close } = await listening(server)
    using dendrite = dendriteOf()
    const reply = await dendrite.ask(question(url))
    assert.equal(reply.status, 400)
    assert.match(reply.message!, /^Client response error: /)
    await close(() => {})
  })

  it('returns 400 when the server switches protocols', async () => {
    for (const more of ['', 'hello']) {
      const reply = await answered(`HTTP/1.1 101 S\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n${more}`)
      assert.deepEqual([reply.status, reply.message], [400, 'Client response error: the protocol was changed'])
    }
  })

  it('returns 408 when the server sends only interim replies', async () => {
    const reply = await answered('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(10), 100)
    assert.equal(reply.status, 408)
  })

  it('reads at most 4 MiB of a reply', async () => {
    const megabyte = Buffer.alloc(1024 * 1024, ' ')
    let sent = 0
    await using server = await axon((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const more = () => {
        response.write(megabyte, error => error || more())
        sent++
      }
      more()
    })
    using dendrite = dendriteOf()
    const reply = await dendrite.ask(question(server.url))
    assert.deepEqual([reply.status, reply.message], [400, 'Payload error: the reply is larger than 4194304 bytes'])
    assert.ok(sent < 4 + 16, 'what lies in the buffers of two sockets is far less than as much again')
  })

  it('12.2-8, 12.2-12: survives any body', async () => {
    const bodies = ['', 'not json', '[1]', '{"timeout":null,"dendrite":null,"axon":null}', '{"__proto__":null}']
    await using server = await axon((_, response) => void json(response, 200, bodies.shift()!))
    using dendrite = dendriteOf()
    while (bodies.length > 0) assert.equal((await dendrite.ask(question(server.url))).status, 422)
  })

  it('12.2-14: returns the replies of the other 49 when one axon of 50 misbehaves', async () => {
    await using good = await axon(says(OK))
    await using bad = await axon(
      (_, response) => void response.socket?.end('HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n'),
    )
    using dendrite = dendriteOf()
    const urls = Array.from({ length: 50 }, (_, index) => (index === 17 ? bad.url : good.url))
    const replies = await Promise.all(urls.map(url => dendrite.ask(question(url))))
    assert.equal(replies.filter(reply => reply.status === 200).length, 49)
    assert.equal(replies[17]?.status, 400)
  })

  it('12.2-15: calls an axon on its own external address over loopback', async () => {
    await using server = await axon(says(OK))
    using dendrite = dendriteOf({ externalIp: '198.51.100.9' })
    const reply = await dendrite.ask(question(new URL(`http://198.51.100.9:${server.url.port}`)))
    assert.equal(reply.status, 200)
    const head = server.seen[0]!.rawHeaders.join('\n')
    assert.ok(
      head.includes('bt_header_axon_ip\n198.51.100.9\n') && head.includes('bt_header_dendrite_ip\n198.51.100.9\n'),
    )
  })

  it('12.2-15: calls an axon on IPv6', async () => {
    nock.enableNetConnect(/^(127\.0\.0\.1|\[?::1\]?):/)
    try {
      await using server = await axon(says(OK), '::1')
      using dendrite = dendriteOf()
      assert.equal((await dendrite.ask(question(server.url))).status, 200)
      assert.ok(server.seen[0]!.rawHeaders.join('\n').includes('bt_header_axon_ip\n::1\n'))
    } finally {
      nock.enableNetConnect('127.0.0.1')
    }
  })

  it('12.2-20: retries once with another Python version’s hash when the first may not have matched', async () => {
    const fields = { roles: ['user'], messages: ['\u{1FAE8}'], completion: '' } // Unicode 15.0
    const python311 = bodyHash(tree(JSON.stringify(fields)), ['messages'], '14.0')
    const refusals = ['Hash mismatch between header body hash and body', 'Internal Server Error #1']
    for (const message of refusals) {
      await using server = await axon((seen, response) => {
        if (claim(headOf(seen)).bodyHash === python311) json(response, 200, OK)
        else json(response, 500, JSON.stringify({ message }))
      })
      using dendrite = dendriteOf()
      assert.equal((await dendrite.ask(question(server.url, { fields }))).status, 200)
      assert.equal(server.seen.length, 2)
      assert.equal((await dendrite.ask(question(server.url))).status, 500)
      assert.equal(server.seen.length, 3, 'every Python has the same hash of plain text')
    }
    await using server = await axon((_, response) => void json(response, 403, '{"message":"no"}'))
    using dendrite = dendriteOf()
    assert.equal((await dendrite.ask(question(server.url, { fields }))).status, 403)
    assert.equal(server.seen.length, 1)
  })

  it('throws the reason of an aborted signal', async () => {
    const leave = new AbortController()
    await using server = await axon(() => leave.abort(new Error('gone')))
    using dendrite = dendriteOf()
    await assert.rejects(dendrite.ask(question(server.url, { signal: leave.signal })), /gone/)
    await assert.rejects(
      dendrite.ask(question(server.url, { signal: AbortSignal.abort(new Error('before')) })),
      /before/,
    )
    assert.equal(server.seen.length, 1)
  })
})
