import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Behaviour, ModelRequest } from './behaviour.js'
import { said } from './model-replies.js'

/** A scripted model server. Disposing it closes all open connections. */
export type ModelServer = AsyncDisposable & {
  /** for `baseUrl`: `http://127.0.0.1:…/v1` */
  readonly url: string
  /** every request so far, oldest first */
  readonly requests: readonly ModelRequest[]
  /** the number of open requests */
  readonly open: number
  /** handles requests from now on */
  behaviour: Behaviour
  /** Resolves with the request of that number, from 0, as soon as it has arrived. */
  arrived(number: number): Promise<ModelRequest>
}

/** Starts an OpenAI-compatible server on loopback that handles every request with `behaviour`. */
export async function startModelServer(behaviour: Behaviour = said('Hello', ' there')): Promise<ModelServer> {
  const requests: ModelRequest[] = []
  const waiting: { number: number; resolve(request: ModelRequest): void }[] = []
  let open = 0

  const server = createServer(async (incoming, response) => {
    open += 1
    const over = new Promise<{ left: boolean }>(resolve =>
      response.once('close', () => {
        open -= 1
        resolve({ left: !response.writableFinished })
      }),
    )
    const body = await text(incoming)
    const request: ModelRequest = {
      method: incoming.method!,
      path: incoming.url!,
      headers: incoming.headers,
      body: body === '' ? {} : JSON.parse(body),
      over,
    }
    requests.push(request)
    for (const { number, resolve } of waiting) if (number < requests.length) resolve(requests[number]!)
    await model.behaviour(response, request)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))

  const model: ModelServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    get open() {
      return open
    },
    behaviour,
    arrived: number =>
      number < requests.length
        ? Promise.resolve(requests[number]!)
        : new Promise(resolve => waiting.push({ number, resolve })),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
  return model
}
