import { Worker } from 'node:worker_threads'
import { createVerifier, type SignatureVerifier, type Signed } from './verifier.js'
import type { WorkerMessage, WorkerTask } from './verifier-worker.js'

type VerifierThreadOptions = {
  /** as that of `createVerifier` */
  readonly onPanic: (cause: unknown) => void
  /** told once, when the thread fails or cannot start: from then on everything is checked on the caller's thread */
  readonly onFailure: (cause: unknown) => void
  /** what the thread runs; for tests */
  readonly code?: URL
}

/**
 * Checks signatures as `createVerifier` does, in a thread of its own. That costs about 17 MB. It never keeps the
 * process alive.
 *
 * A signature that comes alone while the thread has nothing to do is checked at once, on the caller's thread: the way
 * to the other one and back would take as long as the check.
 */
export class VerifierThread implements AsyncDisposable {
  readonly #here: SignatureVerifier
  readonly #onPanic: (cause: unknown) => void
  readonly #onFailure: (cause: unknown) => void
  #worker: Worker | null = null
  #isReady = false
  /** sent, in this order, and not answered */
  readonly #out: Batch[] = []

  constructor({ onPanic, onFailure, code = CODE }: VerifierThreadOptions) {
    this.#here = createVerifier({ onPanic })
    this.#onPanic = onPanic
    this.#onFailure = onFailure
    try {
      this.#worker = this.#start(code)
    } catch (cause) {
      onFailure(cause)
    }
  }

  /** Says of each whether it holds. Never rejects, whatever the bytes are. */
  async verify(signatures: readonly Signed[]): Promise<readonly boolean[]> {
    const isAlone = signatures.length === 1 && this.#out.length === 0
    if (!this.#isReady || isAlone) return this.#verifyHere(signatures)
    const { promise, resolve } = Promise.withResolvers<readonly boolean[]>()
    this.#out.push({ signatures, resolve })
    this.#worker?.postMessage(signatures.map(sent))
    return promise
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const worker = this.#worker
    this.#leave()
    await worker?.terminate()
  }

  #start(code: URL): Worker {
    const worker = new Worker(code, { resourceLimits: MEMORY })
    worker.on('message', said => this.#hear(said))
    worker.on('error', cause => this.#fail(cause))
    worker.on('exit', status => this.#fail(new Error(`the thread ended with exit code ${status}`)))
    worker.unref()
    return worker
  }

  #verifyHere(signatures: readonly Signed[]): readonly boolean[] {
    return signatures.map(signed => this.#here.verify(signed))
  }

  #hear(said: WorkerMessage): void {
    if (said === 'ready') this.#isReady = this.#worker !== null
    else if ('panic' in said) this.#onPanic(said.panic)
    else this.#out.shift()?.resolve(said)
  }

  #fail(cause: unknown): void {
    if (!this.#worker) return
    this.#leave()
    this.#onFailure(cause)
  }

  /** Nothing more is sent; who waits for what was sent is answered from here. */
  #leave(): void {
    this.#worker = null
    this.#isReady = false
    for (const { signatures, resolve } of this.#out.splice(0)) resolve(this.#verifyHere(signatures))
  }
}

const CODE = new URL('./verifier-worker.js', import.meta.url)

/** Much less would do. With Node's own bounds it takes 2 MB more, and could take gigabytes. */
const MEMORY = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 64 }

type Batch = { readonly signatures: readonly Signed[]; resolve(holds: readonly boolean[]): void }

function sent({ publicKey, text, signature }: Signed): WorkerTask {
  return { publicKey: latin1(publicKey), text: latin1(text), signature: latin1(signature) }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}
