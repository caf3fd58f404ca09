import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { openaiClient } from '#dist/miners/openai/http/client.js'
import { assertAtOnce } from '../../support/assert-at-once.ts'
import { answered, chunk, cut, event, stalled, startModelServer, streamed } from '../../support/model-server.ts'
import { ask, asked, build, hello, refusal } from '../ask.ts'
import { askingOnce } from './asking-once.ts'

const openai = (baseUrl: string, settings: object = {}) => build(askingOnce(openaiClient), { baseUrl, ...settings })

describe('the connection to the model', () => {
  it('is read whatever the reason phrase is', async () => {
    const body = `${event(chunk({ content: 'Hi' }, 'stop'))}data: [DONE]\n\n`
    await using model = await startModelServer(({ socket }) => {
      socket!.end(`HTTP/1.1 200 Schön ✓\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n${body}`)
    })
    assert.equal((await ask(await openai(model.url))).text, 'Hi')
  })

  describe('that fails', () => {
    it('because the port is closed', async () => {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      await new Promise(resolve => server.close(resolve))

      const error = await refusal(ask(await openai(`http://127.0.0.1:${port}/v1`)))
      assert.equal(error.code, 'MODEL_UNREACHABLE')
      assert.equal(error.message, `127.0.0.1:${port} refuses connections (ECONNREFUSED)`)
      assert.match(error.hint!, /port/)
    })

    it('because the server does not speak TLS', async () => {
      await using model = await startModelServer()
      const error = await refusal(ask(await openai(model.url.replace('http:', 'https:'))))
      assert.equal(error.code, 'MODEL_TLS')
      assert.match(error.hint!, /http or https/)
    })

    it('because the server does not speak HTTP', async () => {
      const server = createTcpServer(socket => socket.end('SSH-2.0-OpenSSH_9.6\r\n')).listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      const error = await refusal(ask(await openai(`http://127.0.0.1:${port}/v1`)))
      server.close()
      assert.equal(error.code, 'MODEL_UNREACHABLE')
    })

    it('because the status is outside HTTP’s range, and is closed', async () => {
      let socket: Socket | undefined
      const server = createTcpServer(accepted => {
        socket = accepted.unref()
        accepted.write('HTTP/1.1 999 Denied\r\ncontent-length: 100000\r\n\r\nno')
      })
        .listen(0, '127.0.0.1')
        .unref()
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      const error = await refusal(ask(await openai(`http://127.0.0.1:${port}/v1`)))
      assert.equal(error.code, 'MODEL_FAILED')
      assert.equal(error.message, 'the endpoint answered with status 999, which HTTP does not have')
      if (!socket!.closed) await once(socket!.resume(), 'close')
      server.close()
    })

    for (const [title, more] of [
      ['stalls', 'C'],
      ['does not end', 'C'.repeat(100_000)],
    ] as const)
      it(`with an error whose body ${title}, and is closed`, async () => {
        await using model = await startModelServer(response => {
          response.writeHead(500, { 'content-type': 'text/plain', 'content-length': 1_000_000 }).write(more)
        })
        const error = await refusal(ask(await openai(model.url)))
        assert.equal(error.code, 'MODEL_FAILED')
        assert.match(error.message, /failed \(500\): C/)
        assert.deepEqual(await model.requests[0]!.over, { left: true })
      })

    it('because it is cut in the middle of an error, with the part that came', async () => {
      await using model = await startModelServer(response => {
        response.writeHead(503, { 'content-type': 'text/plain', 'content-length': 1000 })
        response.write('no workers', () => response.destroy())
      })
      const error = await refusal(ask(await openai(model.url)))
      assert.equal(error.code, 'MODEL_FAILED')
      assert.match(error.message, /failed \(503\): no workers$/)
    })

    it('because of a bug in the program, with the bug’s own error', async () => {
      const bug = new TypeError("Cannot read properties of null (reading 'finish_reason')")
      const miner = await build(
        askingOnce(async at => {
          const client = await openaiClient(at)
          return client.withOptions({
            fetch: async () => {
              throw bug
            },
          })
        }),
        { baseUrl: 'http://127.0.0.1:9/v1' },
      )
      await assert.rejects(ask(miner), error => error === bug)
    })

    it('because it is cut before any answer', async () => {
      await using model = await startModelServer(cut())
      const error = await refusal(ask(await openai(model.url)))
      assert.equal(error.code, 'MODEL_UNREACHABLE')
      assert.equal(model.requests.length, 1)
    })

    it('because it is cut in the middle, after the chunks that came', async () => {
      await using model = await startModelServer(cut(['Hel', 'lo']))
      const answer = (await openai(model.url)).prompt({ messages: hello }, asked())
      assert.equal((await answer.next()).value, 'Hel')
      assert.equal((await answer.next()).value, 'lo')
      const error = await refusal(answer.next())
      assert.equal(error.code, 'MODEL_CUT')
      assert.match(error.message, /^127\.0\.0\.1:\d+ broke off in the middle of its answer \(/)
    })

    it('because it is cut in the middle of a whole answer', async () => {
      await using model = await startModelServer(response => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 })
        response.write('{"choices":', () => response.destroy())
      })
      for (const n of [1, 2]) {
        const error = await refusal(ask(await openai(model.url, { n })))
        assert.equal(error.code, 'MODEL_CUT')
      }
    })

    it('because the server sends an endless line', async () => {
      const megabyte = 'x'.repeat(1024 * 1024)
      await using model = await startModelServer(async response => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write('data: ')
        while (!response.destroyed) await new Promise(resolve => response.write(megabyte, resolve))
      })
      const error = await refusal(ask(await openai(model.url)))
      assert.equal(error.code, 'MODEL_ANSWER_TOO_LARGE')
      assert.deepEqual(await model.requests[0]!.over, { left: true })
    })

    it('and is not retried', async () => {
      await using model = await startModelServer(answered(503, { error: { message: 'busy' } }))
      await refusal(ask(await openai(model.url)))
      assert.equal(model.requests.length, 1)
    })
  })

  it('is reused by later questions', async () => {
    const ports = new Set<number | undefined>()
    await using model = await startModelServer(response => {
      ports.add(response.socket?.remotePort)
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      // The end of the body comes in a packet of its own, as it may over TLS.
      const end = () => setTimeout(() => response.end(), 10)
      response.write(`${event(chunk({ content: 'Hello' }, 'stop'))}data: [DONE]\n\n`, end)
    })
    const miner = await openai(model.url)
    for (let count = 0; count < 10; count++) {
      await ask(miner)
      await model.requests[count]!.over
    }
    // The next question does not wait for the end behind [DONE], so one may come too early for it.
    assert.ok(ports.size < 10, `${ports.size} connections`)
  })

  it('is not kept open by a server that goes on after [DONE]', async () => {
    await using model = await startModelServer(response => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(`${event(chunk({ content: 'Hello' }, 'stop'))}data: [DONE]\n\n`)
    })
    assert.equal((await ask(await openai(model.url))).text, 'Hello')
    assert.deepEqual(await model.requests[0]!.over, { left: true })
  })

  describe('is closed at once', () => {
    for (const [title, type, n] of [
      ['a web page that does not end', 'text/html', 1],
      ['a web page in place of a whole answer', 'text/html', 2],
      ['a stream in place of a whole answer', 'text/event-stream', 2],
    ] as const)
      it(`after ${title}`, async () => {
        await using model = await startModelServer(response => {
          response.writeHead(200, { 'content-type': type }).write('<')
        })
        const error = await refusal(ask(await openai(model.url, { n })))
        const refused = performance.now()
        assert.equal(error.code, 'MODEL_UNREADABLE')
        assert.deepEqual(await model.requests[0]!.over, { left: true })
        assertAtOnce(performance.now() - refused)
      })

    it('after an event that is an error', async () => {
      await using model = await startModelServer(response => {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: {"error":"out of memory"}\n\n')
      })
      const error = await refusal(ask(await openai(model.url)))
      const refused = performance.now()
      assert.equal(error.code, 'MODEL_FAILED')
      assert.deepEqual(await model.requests[0]!.over, { left: true })
      assertAtOnce(performance.now() - refused)
    })
  })

  describe('at the deadline', () => {
    const late = () => ({ deadline: Date.now() + 500 })

    for (const [title, behaviour, numbers] of [
      ['before any answer', stalled(), [1, 2]],
      ['in the middle of an answer', stalled(['Hel']), [1]],
      [
        'in the middle of an error',
        response => {
          response.writeHead(500, { 'content-length': 1000 }).write('{')
        },
        [1, 2],
      ],
      [
        'in the middle of a whole answer',
        response => {
          response.writeHead(200, { 'content-type': 'application/json' }).write('{')
        },
        [1, 2],
      ],
    ] as [string, ReturnType<typeof stalled>, number[]][])
      it(`is closed ${title}`, async () => {
        await using model = await startModelServer(behaviour)
        for (const n of numbers) {
          const error = await refusal(ask(await openai(model.url, { n }), late()))
          assert.equal(error.code, 'MODEL_TIMEOUT')
          assert.equal(error.reason, 'late')
          assert.match(error.message, /127\.0\.0\.1:\d+ /)
          assert.deepEqual(await (await model.arrived(n - 1)).over, { left: true })
        }
      })

    it('that has passed fails at once', async () => {
      await using model = await startModelServer(stalled())
      for (const deadline of [Date.now() - 60_000, Number.NEGATIVE_INFINITY])
        assert.equal((await refusal(ask(await openai(model.url), { deadline }))).code, 'MODEL_TIMEOUT')
    })

    it('that never comes, waits for the answer', async () => {
      await using model = await startModelServer()
      const { text } = await ask(await openai(model.url), { deadline: Number.POSITIVE_INFINITY })
      assert.equal(text, 'Hello there')
    })
  })

  describe('when the caller has left', () => {
    it('is not opened', async () => {
      await using model = await startModelServer()
      const reason = { not: 'even an error' }
      await assert.rejects(
        ask(await openai(model.url), { signal: AbortSignal.abort(reason) }),
        error => error === reason,
      )
      assert.equal(model.requests.length, 0)
    })

    for (const [title, pieces] of [
      ['before any answer', []],
      ['in the middle of an answer', ['Hel']],
    ] as const)
      it(`is closed at once ${title}, and the signal’s reason is thrown unchanged`, async () => {
        await using model = await startModelServer(stalled(pieces))
        const leaving = new AbortController()
        const answer = (await openai(model.url)).prompt({ messages: hello }, asked({ signal: leaving.signal }))
        for (const piece of pieces) assert.equal((await answer.next()).value, piece)
        const next = answer.next()
        const request = await model.arrived(0)

        const reason = new Error('the caller is gone')
        const left = performance.now()
        leaving.abort(reason)

        await assert.rejects(next, error => error === reason)
        assert.deepEqual(await request.over, { left: true })
        assertAtOnce(performance.now() - left)
        assert.equal(model.open, 0)
      })

    it('is closed even if the caller never asks for the next chunk', async () => {
      await using model = await startModelServer(stalled(['Hel']))
      const leaving = new AbortController()
      const answer = (await openai(model.url)).prompt({ messages: hello }, asked({ signal: leaving.signal }))
      await answer.next()
      const reason = new Error('the caller is gone')
      leaving.abort(reason)
      assert.deepEqual(await model.requests[0]!.over, { left: true })
      await assert.rejects(answer.next(), error => error === reason)
    })

    it('yields no chunk that had already come', async () => {
      await using model = await startModelServer(streamed(['one', 'two', 'three']))
      const leaving = new AbortController()
      const answer = (await openai(model.url)).prompt({ messages: hello }, asked({ signal: leaving.signal }))
      await answer.next()
      await model.requests[0]!.over
      leaving.abort(new Error('the caller is gone'))
      await assert.rejects(answer.next(), /the caller is gone/)
    })

    it('is closed when the answer is not read to its end', async () => {
      await using model = await startModelServer(stalled(['Hel']))
      for await (const piece of (await openai(model.url)).prompt({ messages: hello }, asked())) {
        assert.equal(piece, 'Hel')
        break
      }
      assert.deepEqual(await model.requests[0]!.over, { left: true })
    })
  })
})
