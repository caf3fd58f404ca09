import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { AxonLoad } from '#dist/axon/load.js'
import type { AxonOptions } from '#dist/axon/options.js'

/** How the axon is opened: what a line of JSON can say. */
export type VictimOptions = Partial<Pick<AxonOptions, 'concurrency' | 'queue' | 'limits' | 'maxBody'>> & {
  /** how long the model takes */
  readonly modelMs?: number
  /** how many pieces of 48 KiB it answers to attackers */
  readonly streamed?: number
}

export type FromVictim =
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'state'; readonly peakRss: number; readonly load: AxonLoad }

/** What an axon holds: its largest resident memory since the last look, in megabytes, and what it has given out. */
export type State = { readonly peakRss: number; readonly load: AxonLoad }

/** An axon in a process of its own. */
export class Victim implements AsyncDisposable {
  readonly port: number
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, port: number) {
    this.#child = child
    this.port = port
  }

  static async start(options: VictimOptions = {}): Promise<Victim> {
    // As the README starts it: by default V8 lets garbage grow, by so much more the slower the machine is.
    const execArgv = [...process.execArgv, '--max-semi-space-size=4']
    const child = fork(`${import.meta.dirname}/victim-process.ts`, [JSON.stringify(options)], { execArgv })
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`the axon ended with ${code}`)
    })
    ended.catch(() => {}) // it ends at the end of each test, too
    const [ready] = (await Promise.race([once(child, 'message'), ended])) as [FromVictim]
    if (ready.kind !== 'ready') throw new Error('the axon is not ready')
    return new Victim(child, ready.port)
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  async state(): Promise<State> {
    const answer = once(this.#child, 'message')
    this.#child.send('state')
    const [state] = (await answer) as [FromVictim & { kind: 'state' }]
    return state
  }

  /** Waits until what it holds is as wanted. */
  async until(holds: (load: AxonLoad) => boolean): Promise<void> {
    while (!holds((await this.state()).load)) await new Promise(resolve => setTimeout(resolve, 20))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
  }
}
