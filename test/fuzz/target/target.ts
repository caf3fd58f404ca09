import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { AskedQuestion, FromTarget } from './messages.ts'

/** How a target is watched. */
export type TargetOptions = {
  readonly onAsked: (question: AskedQuestion) => void
  /** an error inside, the end of the process, or its silence */
  readonly onFault: (what: string) => void
  /** a hole to be found, see `defects.ts` */
  readonly defect?: string
}

/** Looks in vain so many times, a second apart: the target is stuck. Counted, because this process can be held up, too. */
const SILENT_LOOKS = 60

/** The process that is fuzzed. */
export class Target implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #ready = Promise.withResolvers<Readonly<Record<string, number>>>()
  readonly #watch: NodeJS.Timeout
  #silentLooks = 0
  #isEnding = false
  /** the longest turn of its event loop, in milliseconds, and its largest memory, in megabytes */
  readonly worst = { delayMs: 0, rss: 0 }

  constructor({ onAsked, onFault, defect }: TargetOptions) {
    this.#child = fork(`${import.meta.dirname}/process.ts`, defect ? [defect] : [], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.#ready.promise.catch(() => {}) // a target may end before a case asks for its ports
    this.#child.on('message', (message: FromTarget) => {
      if (message.kind === 'ready') this.#ready.resolve(message.ports)
      else if (message.kind === 'asked') onAsked(message.question)
      else if (message.kind === 'error') onFault(`an error inside: ${message.text}`)
      else this.#alive(message)
    })
    this.#child.once('exit', (code, signal) => {
      if (!this.#isEnding) onFault(`the process ended with ${signal ?? code}`)
      this.#ready.reject(new Error(`the target ended with ${signal ?? code} before it listened`))
    })
    this.#watch = setInterval(() => {
      if (++this.#silentLooks === SILENT_LOOKS) onFault(`the process is stuck for ${SILENT_LOOKS} s`)
    }, 1_000)
  }

  /** The port of each axon, by dialect. */
  get ports(): Promise<Readonly<Record<string, number>>> {
    return this.#ready.promise
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true
    clearInterval(this.#watch)
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
  }

  #alive({ delayMs, rss }: { readonly delayMs: number; readonly rss: number }): void {
    this.#silentLooks = 0
    this.worst.delayMs = Math.max(this.worst.delayMs, delayMs)
    this.worst.rss = Math.max(this.worst.rss, rss)
  }
}
