import { Worker } from 'node:worker_threads'
import { createVerifier, type SignatureVerifier, type Signed } from './verifier.js'
import type { WorkerMessage, WorkerTask } from './verifier-worker.js'

type VerifierThreadOptions = {
  /** as in `createVerifier` */
  readonly onPanic: (cause: unknown) => void
  /** called once, when the thread fails or cannot start; from then on all checks run on the caller's thread */
  readonly onFailure: (cause: unknown) => void
  /** the thread's script; for tests */
  readonly code?: URL
}

/**
 * Checks signatures as `createVerifier` does, in its own thread, which costs about 17 MB and never keeps the process
 * alive.
 *
 * A single signature that arrives while the thread is idle is checked at once on the caller's thread: the round trip to
 * the other thread would take as long as the check.
 */
export class VerifierThread implements AsyncDisposable {
  readonly #here: SignatureVerifier
  readonly #onPanic: (cause: unknown) => void
  readonly #onFailure: (cause: unknown) => void
  #worker: Worker | null = null
  #isReady = false
  /** batches in flight, in the order they were sent */
  readonly #inFlight: Batch[] = []

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

  /** Returns for each signature whether it holds. Never rejects, whatever the bytes are. */
  async verify(signatures: readonly Signed[]): Promise<readonly boolean[]> {
    const isAlone = signatures.length === 1 && this.#inFlight.length === 0
    if (!this.#isReady || isAlone) return this.#verifyHere(signatures)
    const { promise, resolve } = Promise.withResolvers<readonly boolean[]>()
    this.#inFlight.push({ signatures, resolve })
    this.#worker?.postMessage(signatures.map(toTask))
    return promise
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const worker = this.#worker
    this.#detach()
    await worker?.terminate()
  }

  #start(code: URL): Worker {
    const worker = new Worker(code, { resourceLimits: MEMORY })
    worker.on('message', message => this.#receive(message))
    worker.on('error', cause => this.#fail(cause))
    worker.on('exit', status => this.#fail(new Error(`the thread ended with exit code ${status}`)))
    worker.unref()
    return worker
  }

  #verifyHere(signatures: readonly Signed[]): readonly boolean[] {
    return this.#here.verify(signatures)
  }

  #receive(message: WorkerMessage): void {
    if (message === 'ready') this.#isReady = this.#worker !== null
    else if ('panic' in message) this.#onPanic(message.panic)
    else this.#inFlight.shift()?.resolve(message)
  }

  #fail(cause: unknown): void {
    if (!this.#worker) return
    this.#detach()
    this.#onFailure(cause)
  }

  /** Stops using the thread, and checks the batches in flight on the caller's thread. */
  #detach(): void {
    this.#worker = null
    this.#isReady = false
    for (const { signatures, resolve } of this.#inFlight.splice(0)) resolve(this.#verifyHere(signatures))
  }
}

const CODE = new URL(import.meta.resolve('#dist/keys/verifier-worker.js'))

/** Far more than the thread needs. With Node's defaults it takes 2 MB more, and could grow to gigabytes. */
const MEMORY = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 64 }

type Batch = { readonly signatures: readonly Signed[]; resolve(holds: readonly boolean[]): void }

function toTask({ publicKey, text, signature, isPreferred = false }: Signed): WorkerTask {
  return { publicKey: latin1(publicKey), text: latin1(text), signature: latin1(signature), isPreferred }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}
