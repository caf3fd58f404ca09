import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { NoAnswer } from '#dist/plugin/no-answer.js'
import { boundedFetch, questionSignal } from '#dist/plugin/run/bounded-fetch.js'
import { readAnswer } from '#dist/plugin/run/read-answer.js'

const { signal } = new AbortController()

async function server(listener: RequestListener) {
  const http = createServer(listener).listen(0, '127.0.0.1')
  await once(http, 'listening')
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      http.closeAllConnections()
      await new Promise(closed => http.close(closed))
    },
  }
}

function fetchFailed(words: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof NoAnswer)
    assert.deepEqual([error.reason, error.code], ['upstream', 'FETCH_FAILED'])
    assert.match(error.message, words)
    return true
  }
}

describe('a plugin’s fetch', () => {
  it('returns what the global one returns', async () => {
    await using it = await server((request, response) => {
      response.writeHead(201, { 'x-a': 'b' })
      request.pipe(response)
    })
    const response = await boundedFetch(signal)(`${it.url}path`, { method: 'POST', body: 'hello' })
    assert.deepEqual([response.status, response.headers.get('x-a'), response.url], [201, 'b', `${it.url}path`])
    assert.equal(await response.text(), 'hello')
    await using empty = await server((_, response) => response.writeHead(204).end())
    assert.equal((await boundedFetch(signal)(empty.url)).body, null)
  })

  it('reads no more than 16 MiB', async () => {
    await using it = await server((_, response) => {
      response.on('error', () => {})
      const chunk = Buffer.alloc(1024 * 1024)
      const write = () => {
        while (!response.destroyed && response.write(chunk));
        response.once('drain', write)
      }
      write()
    })
    const response = await boundedFetch(signal)(it.url)
    await assert.rejects(response.arrayBuffer(), fetchFailed(/longer than 16777216 bytes/))
  })

  it('names the host that does not reply, and nothing else of its URL', async () => {
    const gone = await server(() => {})
    await gone[Symbol.asyncDispose]()
    const { host } = new URL(gone.url)
    await assert.rejects(
      boundedFetch(signal)(`${gone.url}path?key=secret`),
      fetchFailed(new RegExp(`^${host} cannot be reached: ECONNREFUSED$`)),
    )
  })

  it('reports that a reply broke off, and that one is late', async () => {
    await using it = await server((request, response) => {
      if (request.url !== '/cut') return
      response.writeHead(200, { 'content-length': 9 })
      response.write('a', () => response.destroy())
    })
    const cut = await boundedFetch(signal)(`${it.url}cut`)
    await assert.rejects(cut.text(), fetchFailed(/ cannot be reached: UND_ERR_SOCKET$/))
    await assert.rejects(boundedFetch(signal, 100)(it.url), fetchFailed(/ took longer than 0\.1 s$/))
  })

  for (const url of ['http://me:secret@127.0.0.1/', 'http://secret:secret/'])
    it(`does not repeat a URL that cannot be requested: ${url}`, async () => {
      await assert.rejects(boundedFetch(signal)(url), (error: Error) => {
        assert.ok(error instanceof TypeError)
        assert.doesNotMatch(error.message, /secret/)
        return true
      })
    })

  for (const [what, fetching] of [
    ['the program', (ending: AbortSignal, url: string) => boundedFetch(ending)(url)],
    [
      'the question inside of which it was asked',
      (ending: AbortSignal, url: string) => questionSignal.run(ending, () => boundedFetch(signal)(url)),
    ],
    [
      'what a miner was to say of it',
      (ending: AbortSignal, url: string) => {
        async function* prompt() {
          yield await (await boundedFetch(signal)(url)).text()
          return { model: 'm', finishReason: 'stop' }
        }
        return readAnswer(prompt(), ending).next()
      },
    ],
  ] as const)
    it(`ends with ${what}`, async () => {
      const { promise: asked, resolve } = Promise.withResolvers<void>()
      const { promise: left, resolve: leave } = Promise.withResolvers<void>()
      await using it = await server((_, response) => {
        response.on('close', leave)
        resolve()
      })
      const ending = new AbortController()
      const response = fetching(ending.signal, it.url)
      await asked
      ending.abort(new Error('the end'))
      await assert.rejects(response, /the end/)
      await left
    })
})
