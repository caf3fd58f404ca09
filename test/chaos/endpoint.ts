import { type FaultName, faults } from '../support/fault-server.ts'
import { type Behaviour, type ModelRequest, startModelServer, streamed } from '../support/model-server.ts'
import { type Handshake, startTlsFront } from '../support/tls-front.ts'
import { numberOf, piecesOf } from './conversation.ts'
import { pick, random } from './random.ts'

/** One request as the endpoint saw it; times as `performance.now()` has them. */
export type Served = { readonly caller: number; readonly did: string; readonly from: number; to: number }

/** An OpenAI-compatible endpoint that fails now and then, in every way there is. */
export type FailingEndpoint = AsyncDisposable & {
  readonly name: string
  readonly baseUrl: string
  /** every request so far, in the order they came; `to` is infinite while it is open */
  readonly served: readonly Served[]
  /** how many handshakes failed */
  readonly handshakes: number
  /** From now on it does not fail. */
  recover(): void
}

/**
 * Starts one. What a request meets depends on the seed, the caller, and how often that one was here before; not on the
 * order in which requests come, which no seed can fix.
 *
 * @param options.rate share of requests that meet a fault, and of connections, where it speaks TLS
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
    const record: Served = { caller, did: fault ?? 'spoke', from: performance.now(), to: Number.POSITIVE_INFINITY }
    served.push(record)
    request.over.then(() => {
      record.to = performance.now()
    })
    await (fault ? catalogue[fault] : streamed(spoken(caller, next)))(response, request)
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

/** All that there is to say, at a pace: most are quick, one in twenty is not done before anybody's deadline. */
async function* spoken(caller: number, next: () => number): AsyncGenerator<string> {
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
