import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** What Python is asked: headers as text, null for an absent one. */
export type Asked = {
  readonly synapse: string
  readonly nonce: string | null
  readonly timeout: string | null
  readonly hotkey: string | null
  readonly body: Buffer
}

/** What a request means to Python. */
export type Meaning = {
  /** as `str(int(…))` and `str(float(…))` print them; null where Python raises */
  readonly nonce: string | null
  readonly timeout: string | null
  /** the public key of the hotkey, as hex; null for what is no address of prefix 42 */
  readonly key: string | null
  /** of the body, one for each version of the synapse; empty for a body that has none */
  readonly hashes: readonly string[]
  /** what the body asks; true where any question will do; null where it asks nothing */
  readonly question: unknown
}

/** A Python that reads requests. */
export class Python implements AsyncDisposable {
  readonly #child = spawn(process.env.PYTHON ?? 'python3', [`${import.meta.dirname}/oracle.py`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  readonly #waiting: ((meaning: Meaning) => void)[] = []
  readonly #ended = Promise.withResolvers<never>()

  constructor() {
    this.#ended.promise.catch(() => {})
    this.#child.once('error', cause => this.#fail('cannot start', cause))
    this.#child.once('exit', code => this.#fail(`ended with ${code}`))
    this.#child.stdin.on('error', cause => this.#fail('stopped reading', cause))
    createInterface({ input: this.#child.stdout }).on('line', line => this.#waiting.shift()!(JSON.parse(line)))
  }

  /** Returns what a request means to Python. @throws when there is no Python */
  read({ body, ...head }: Asked): Promise<Meaning> {
    const { promise, resolve } = Promise.withResolvers<Meaning>()
    this.#waiting.push(resolve)
    this.#child.stdin.write(`${JSON.stringify({ ...head, body: body.toString('base64') })}\n`)
    return Promise.race([promise, this.#ended.promise])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.pid === undefined) return
    this.#child.stdin.end()
    await once(this.#child, 'exit')
  }

  #fail(how: string, cause?: unknown): void {
    this.#ended.reject(new Error(`the oracle's Python ${how}: it needs python3, or PYTHON names one`, { cause }))
  }
}
