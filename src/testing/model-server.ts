import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Behaviour, ModelRequest } from './behaviour.js'
import { said } from './model-replies.js'

/** A model server that does what it is told. Disposing it cuts what is open. */
export type ModelServer = AsyncDisposable & {
  /** for `baseUrl`: `http://127.0.0.1:…/v1` */
  readonly url: string
  /** every request so far, oldest first */
  readonly requests: readonly ModelRequest[]
  /** requests that are not over */
  readonly open: number
  /** what is done with the requests from now on */
  behaviour: Behaviour
  /** the request of that number, from 0, as soon as it is there */
  arrived(number: number): Promise<ModelRequest>
}

/** Starts an OpenAI-compatible server on loopback, which does with every request what it is told. */
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
