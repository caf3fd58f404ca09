import { type FaultName, faults } from '../support/fault-server.ts'
import { type Behaviour, type ModelRequest, startModelServer, streamed } from '../support/model-server.ts'
import { pick, random } from '../support/random.ts'
import { type Handshake, startTlsFront } from '../support/tls-front.ts'
import { numberOf, piecesOf } from './conversation.ts'

/** One request as the endpoint saw it; times by `performance.now()`. */
export type Served = { readonly caller: number; readonly did: string; readonly from: number; to: number }

/** An OpenAI-compatible endpoint that fails at random, in every known way. */
export type FailingEndpoint = AsyncDisposable & {
  readonly name: string
  readonly baseUrl: string
  /** every request so far, in order of arrival; `to` is infinite while the request is open */
  readonly served: readonly Served[]
  /** the number of failed handshakes */
  readonly handshakes: number
  /** Stops failing. */
  recover(): void
}

/**
 * Starts an endpoint. The fault of a request depends on the seed, the caller, and the number of the caller's earlier
 * requests, but not on the order of requests, which a seed cannot fix.
 *
 * @param options.rate share of requests with a fault, and with `tls` of connections with a failed handshake
 */
export async function startFailingEndpoint(options: {
  name: string
  seed: number
  rate: number
  tls: boolean
}): Promise<FailingEndpoint> {
  const { name, seed } = options
  let { rate } = options
  const catalogue = faults(request => piecesOf(callerOf(request)))
  const names = Object.keys(catalogue) as FaultName[]
  const served: Served[] = []
  const visits = new Map<number, number>()
  const ofConnections = random(seed, name, 'connections')
  let handshakes = 0

  const behave: Behaviour = async (response, request) => {
    const caller = callerOf(request)
    const visit = (visits.get(caller) ?? 0) + 1
    visits.set(caller, visit)
    const next = random(seed, name, caller, visit)
    const fault = next() < rate ? pick(names, next) : null
    const record: Served = { caller, did: fault ?? 'answered', from: performance.now(), to: Number.POSITIVE_INFINITY }
    served.push(record)
    request.over.then(() => {
      record.to = performance.now()
    })
    await (fault ? catalogue[fault] : streamed(paced(caller, next)))(response, request)
  }
  const shake = (): Handshake => {
    if (ofConnections() >= rate) return 'trusted'
    handshakes++
    return pick(['self-signed', 'plain HTTP'], ofConnections)
  }

  const model = await startModelServer(behave)
  const front = options.tls ? await startTlsFront(model.url, shake) : null
  return {
    name,
    baseUrl: (front ?? model).url,
    served,
    get handshakes() {
      return handshakes
    },
    recover() {
      rate = 0
    },
    async [Symbol.asyncDispose]() {
      await front?.[Symbol.asyncDispose]()
      await model[Symbol.asyncDispose]()
    },
  }
}

/** Yields the whole answer with pauses: most answers are fast, one in twenty takes longer than the deadline. */
async function* paced(caller: number, next: () => number): AsyncGenerator<string> {
  const pause = next() < 0.05 ? 600 : 40
  for (const piece of piecesOf(caller)) {
    await new Promise(resolve => setTimeout(resolve, next() * pause))
    yield piece
  }
}

function callerOf({ body }: ModelRequest): number {
  const messages = body.messages as { content: string }[]
  return numberOf(messages.at(-1)!.content)
}
