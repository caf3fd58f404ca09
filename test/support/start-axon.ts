import type { Axon } from '#dist/axon/serve-axon.js'
import { prompting } from '#dist/dialects/prompting.js'
import type { Asked, Miner } from '#dist/plugin/miner.js'
import { allowList } from '#dist/policy/lists.js'
import { Clock as StillClock } from '#dist/testing/clock.js'
import { type DevelopmentAxonOptions, developmentAxon } from '#dist/testing/start-axon.js'
import { sdk } from './sdk.ts'
import { alice, charlie, freshNonce } from './signed-request.ts'

/** Repeats the last message. */
export const echo: Miner = {
  async *prompt({ messages }) {
    yield `echo: ${messages.at(-1)!.content}`
    return { model: 'echo', finishReason: 'stop' }
  },
}

/** A question to a `HeldMiner`, and the means to answer it. */
export type Held = { said: string; asked: Asked; answer(text: string): void; fail(error: unknown): void }

/** Answers each question when the test calls `answer`. Until then it awaits, and ignores the signal. */
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

  /** Resolves with the next question, in the order of arrival. */
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

/** The kit's clock, with nonces. */
export class Clock extends StillClock {
  /** Returns a nonce of a caller whose clock is `ago` ms behind this one. */
  nonce(ago = 0): bigint {
    return freshNonce(this.ms - ago)
  }
}

/** Starts an axon of //Bob on a free port of loopback; it has no chain, and admits //Alice and //Charlie. */
export function startAxon(options: Partial<DevelopmentAxonOptions> = {}): Promise<Axon> {
  return developmentAxon({
    dialect: prompting(sdk),
    miner: echo,
    minerName: 'echo',
    rules: [allowList([alice.address, charlie.address], { hasChain: false })],
    standings: () => 'unregistered',
    onError: error => {
      throw error
    },
    ...options,
  })
}
