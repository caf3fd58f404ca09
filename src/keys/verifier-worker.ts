// The thread behind `VerifierThread`. It imports only the verifier, because each module that a thread loads takes its
// memory a second time.
import { parentPort } from 'node:worker_threads'
import { createVerifier, type Signed } from './verifier.js'

/** A signature as sent to the thread: bytes as latin1, because strings are the cheapest to send. */
export type WorkerTask = Pick<Signed, 'isPreferred'> & {
  readonly [part in 'publicKey' | 'text' | 'signature']: string
}

/** A message from the thread: it is ready, the results of the next batch, or a panic of the library. */
export type WorkerMessage = 'ready' | readonly boolean[] | { readonly panic: unknown }

const post = (message: WorkerMessage) => parentPort!.postMessage(message)
const { verify } = createVerifier({ onPanic: panic => post({ panic }) })

parentPort!.on('message', (batch: readonly WorkerTask[]) => post(verify(batch.map(fromTask))))
post('ready')

function fromTask({ publicKey, text, signature, isPreferred = false }: WorkerTask): Signed {
  return { publicKey: bytes(publicKey), text: bytes(text), signature: bytes(signature), isPreferred }
}

function bytes(latin1: string): Uint8Array {
  return Buffer.from(latin1, 'latin1')
}
