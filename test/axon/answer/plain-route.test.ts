import assert from 'node:assert/strict'
import type { PlainRoute } from '#dist/plugin/dialect.js'
import type { Json } from '#dist/plugin/json.js'
import { NoAnswer } from '#dist/plugin/no-answer.js'
import { bytesOf, send, signedRequest } from '../../support/signed-request.ts'
import { Clock, startAxon } from '../../support/start-axon.ts'
import { assertRefused } from '../assert-refused.ts'
import { dialectOf } from '../dialect-of.ts'
import { RawConnection } from '../raw-connection.ts'
import { realSockets } from '../real-sockets.ts'
import { told } from '../told.ts'

const axonWith = (routes: Record<string, PlainRoute>, now = Date.now) =>
  startAxon({ dialect: dialectOf({}, { routes }), now })
const get = (path: string) => ({ method: 'GET', path, headers: {}, body: '' })
const post = (path: string, body: string) => ({ method: 'POST', path, headers: {}, body })

describe('a plain route', () => {
  realSockets()

  it('answers whoever asks, in JSON', async () => {
    await using axon = await axonWith({
      'GET /availability': { answer: async ({ body, address }) => ({ body: body as string, address }) },
      'POST /availability': { answer: async ({ body }) => body as string },
    })
    const answered = told(axon, 'answered')
    const got = await send(axon.url, get('/availability?model=a&n=1'))
    assert.equal(got.headers['content-type'], 'application/json')
    assert.deepEqual(JSON.parse(got.text), { body: { model: 'a', n: '1' }, address: '127.0.0.1' })
    assert.equal((await answered).synapse, 'GET /availability')
    assert.deepEqual(JSON.parse((await send(axon.url, get('/availability?q=a?b'))).text).body, { q: 'a?b' })
    assert.deepEqual(JSON.parse((await send(axon.url, get('/availability'))).text).body, {})
    assert.equal((await send(axon.url, post('/availability', '{"a":[1]}'))).text, '{"a":[1]}')
  })

  it('is found in the absolute form of a target, as a synapse and the health check are', async () => {
    await using axon = await axonWith({ 'GET /stats': { answer: async ({ body }) => body as Json } })
    async function got(sent: Parameters<typeof bytesOf>[0]) {
      using connection = await RawConnection.open(axon.port)
      return (await connection.write(bytesOf(sent)).reply())!
    }
    for (const origin of ['http://axon:8091', 'HTTP://axon', 'https://[::1]:8091', '']) {
      assert.equal((await got(get(`${origin}/stats?q=http://a/b`))).text, '{"q":"http://a/b"}')
      assert.equal((await got(get(`${origin}/healthz`))).text, '{"status":"serving"}')
      const signed = signedRequest({ synapse: 'Synapse', fields: {} })
      assert.equal((await got({ ...signed, path: `${origin}/Synapse` })).status, 200)
    }
    for (const path of ['http://axon', 'http://axon/', 'http://axon?x'])
      assert.equal((await got(get(path))).json.message, (await got(get('/'))).json.message)
    for (const path of ['http://axon//healthz', 'ftp://axon/healthz', '/http://axon/healthz', 'axon/healthz'])
      assert.notEqual((await got(get(path))).status, 200, path)
  })

  it('is known by its method, too, and leaves the rest as it is', async () => {
    await using axon = await axonWith({ 'GET /stats': { answer: async () => 1 } })
    assert.equal((await send(axon.url, post('/stats', '{}'))).status, 404)
    assert.equal((await send(axon.url, get('/stats/more'))).status, 404)
    assert.equal((await send(axon.url, get('/healthz'))).text, '{"status":"serving"}')
  })

  it('bounds how often an address asks, and what it sends', async () => {
    const clock = new Clock()
    const rate = { limit: 2, windowMs: 2_000 }
    await using axon = await axonWith({ 'POST /models': { rate, answer: async () => [] } }, clock.now)
    assert.equal((await send(axon.url, post('/models', 'no json'))).status, 400)
    assert.equal((await send(axon.url, post('/models', 'x'.repeat(64 * 1024 + 1)))).status, 413)
    assert.equal((await send(axon.url, post('/models', '[]'))).status, 429)
    clock.ms += 1_000
    assert.equal((await send(axon.url, post('/models', '[]'))).status, 200)
  })

  it('reads JSON that a dialect can walk and write again, and refuses other bodies', async () => {
    const rate = { limit: 100, windowMs: 1 }
    await using axon = await axonWith({ 'POST /models': { rate, answer: async ({ body }) => body as Json } })
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
    for (const text of ['{"a":9007199254740993}', '{"a":1e400}', '{"__proto__":{"a":1}}', nested(200)]) {
      const { status, text: answered } = await send(axon.url, post('/models', text))
      assert.deepEqual([status, answered], [200, JSON.stringify(JSON.parse(text))])
    }
    for (const [text, why] of [
      [nested(201), 'The body nests deeper than 200'],
      [nested(20_000), 'The body nests deeper than 200'],
      ['{"a":1', 'The body is not JSON'],
      ['"\xff"', 'The body is not JSON'],
    ] as const) {
      const { status, json } = await send(axon.url, { ...post('/models', ''), body: Buffer.from(text, 'latin1') })
      assert.deepEqual([status, json.message], [400, why])
    }
  })

  it('is answered for when the dialect never answers, and refused when its body never comes', async () => {
    await using axon = await axonWith({
      'GET /stats': { answer: () => new Promise<never>(() => {}) },
      'POST /stats': { answer: async () => 1 },
    })
    using connection = await RawConnection.open(axon.port)
    connection.write('POST /stats HTTP/1.1\r\ncontent-length: 2\r\n\r\n1')
    const { status, json } = await send(axon.url, get('/stats'))
    assert.deepEqual([status, json.message], [504, 'No answer within 5.0s'])
    assertRefused(await connection.reply(), 408, 'The request did not arrive in time')
  })

  it('is a refusal when the dialect says so, and a masked 500 when it breaks', async () => {
    await using axon = await axonWith({
      'GET /busy': {
        answer: async () => {
          throw new NoAnswer('loading', 'not yet')
        },
      },
      'GET /late': {
        answer: async () => {
          throw new NoAnswer('late', 'too late')
        },
      },
      'GET /broken': {
        answer: () => {
          throw new Error('a secret')
        },
      },
      'GET /nothing': { answer: async () => undefined as never },
    })
    assert.equal((await send(axon.url, get('/busy'))).status, 503)
    assert.equal((await send(axon.url, get('/late'))).json.message, 'No answer within 5.0s')
    const failed = told(axon, 'failed')
    const broken = await send(axon.url, get('/broken'))
    assert.equal(broken.status, 500)
    assert.doesNotMatch(broken.text, /secret/)
    assert.equal((await failed).plugin, 'test')
    assert.equal((await send(axon.url, get('/nothing'))).status, 502)
  })
})
