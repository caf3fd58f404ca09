import { type Axon, type AxonOptions, serveAxon } from '#dist/axon/serve-axon.js'
import { prompting } from '#dist/dialects/prompting.js'
import { decodeAddress } from '#dist/keys/ss58.js'
import { createVerifier } from '#dist/keys/verifier.js'
import { sdk } from '#dist/plugin/define.js'
import type { Asked, Miner } from '#dist/plugin/miner.js'
import { lists } from '#dist/policy/lists.js'
import { synapseWire } from '#dist/wires/synapse/wire.js'
import { alice, bob, charlie, freshNonce } from './signed-request.ts'

/** Says the last message back. */
export const echo: Miner = {
  async *prompt({ messages }) {
    yield `echo: ${messages.at(-1)!.content}`
    return { model: 'echo', finishReason: 'stop' }
  },
}

/** A question that a `HeldMiner` was asked, and what it shall say to it. */
export type Held = { said: string; asked: Asked; answer(text: string): void; fail(error: unknown): void }

/** Answers each question when it is told to. Until then it is stuck in an await, and heeds no signal. */
export class HeldMiner implements Miner {
  /** questions asked so far */
  count = 0
  readonly #held: Held[] = []
  readonly #takers: ((held: Held) => void)[] = []

  async *prompt({ messages }: Parameters<Miner['prompt']>[0], asked: Asked) {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    this.count++
    this.#held.push({ said: messages.at(-1)!.content, asked, answer: resolve, fail: reject })
    this.#hand()
    yield await promise
    return { model: 'held', finishReason: 'stop' }
  }

  /** The next question, in the order they were asked. */
  next(): Promise<Held> {
    const { promise, resolve } = Promise.withResolvers<Held>()
    this.#takers.push(resolve)
    this.#hand()
    return promise
  }

  #hand(): void {
    while (this.#held.length > 0 && this.#takers.length > 0) this.#takers.shift()!(this.#held.shift()!)
  }
}

/** A clock that stands still until it is moved. */
export class Clock {
  ms = Date.now()
  readonly now = () => this.ms

  /** A nonce of a caller whose clock is `ago` ms behind this one. */
  nonce(ago = 0): bigint {
    return freshNonce(this.ms - ago)
  }
}

const verifier = createVerifier({
  onPanic: cause => {
    throw cause
  },
})

/** An axon of //Bob on a free port of loopback; //Alice and //Charlie may ask. */
export function startAxon(options: Partial<AxonOptions> = {}): Promise<Axon> {
  return serveAxon({
    hotkey: bob.address,
    host: '127.0.0.1',
    port: 0,
    wires: [synapseWire],
    dialect: prompting(sdk),
    miner: echo,
    rules: [lists({ allow: [alice.address, charlie.address], deny: [] })],
    verify: async checks =>
      checks.map(({ hotkey, ...signed }) => verifier.verify({ publicKey: decodeAddress(hotkey), ...signed })),
    concurrency: 4,
    queue: 8,
    maxBody: 1024 * 1024,
    maxTimeoutMs: 60_000,
    marginMs: 300,
    mayCut: true,
    onError: error => {
      throw error
    },
    ...options,
  })
}
