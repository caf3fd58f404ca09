import type { AxonOptions } from '#dist/axon/options.js'
import type { Asked, Miner, Outcome, Piece, Question } from '#dist/plugin/miner.js'
import type { DialectPlugin } from '#dist/plugin/sdk.js'
import { sdk } from '../support/sdk.ts'
import { type Got, send, signedRequest, type Wanted } from '../support/signed-request.ts'
import { startAxon } from '../support/start-axon.ts'

/** Answers as it is told to, whole or in bytes, and keeps what it was asked. */
export class ToldMiner implements Miner {
  readonly questions: Question[] = []
  /** what it says next; a function may throw */
  says: () => Piece | string = () => 'nothing'
  /** the bytes that it relays next */
  relays: (asked: Asked) => AsyncIterable<Uint8Array> | Iterable<Uint8Array> = () => []

  async *prompt(question: Question): AsyncGenerator<string | Piece, Outcome> {
    this.questions.push(question)
    yield this.says()
    return { model: 'told', finishReason: 'stop' }
  }

  async relay(question: Question, asked: Asked) {
    this.questions.push(question)
    const pieces = this.relays(asked)
    const body = (async function* () {
      yield* pieces
    })()
    return { body, outcome: Promise.resolve({ model: 'told', finishReason: 'stop' }) }
  }
}

/** An axon that speaks a dialect, and its miner. */
export async function startDialect(plugin: DialectPlugin, options: Partial<AxonOptions> = {}) {
  const dialect = plugin(sdk)
  const miner = new ToldMiner()
  const axon = await startAxon({ dialect, miner, ...options })
  return {
    axon,
    miner,
    /** Asks with the route's example, and `change` over it. */
    ask(synapse: string, change: Record<string, unknown> = {}, wanted: Wanted = {}): Promise<Answered> {
      const fields = { ...dialect.synapses[synapse]!.example, ...change }
      return send(
        axon.url,
        signedRequest({ synapse, fields, hashed: [], ...wanted }),
      ) as Promise<unknown> as Promise<Answered>
    },
    [Symbol.asyncDispose]: () => axon[Symbol.asyncDispose](),
  }
}

/** A reply, as far as these tests look at it. */
export type Answered = Omit<Got, 'json'> & {
  readonly json: Got['json'] & {
    readonly cgp_input: unknown
    readonly cgp_output: readonly { readonly tags: readonly string[] }[]
    readonly action: unknown
    readonly reward: unknown
    readonly error: string
  }
}
