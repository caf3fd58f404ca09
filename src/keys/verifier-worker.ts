// The thread behind `VerifierThread`. It imports the verifier only: what a thread loads is in memory once more.
import { parentPort } from 'node:worker_threads'
import { createVerifier, type Signed } from './verifier.js'

/** A signature on its way to the thread: its bytes as latin1, because a string is the cheapest thing to send. */
export type WorkerTask = { readonly [part in keyof Signed]: string }

/** What the thread says: that it has begun, what holds of the next batch, or that the library failed. */
export type WorkerMessage = 'ready' | readonly boolean[] | { readonly panic: unknown }

const say = (said: WorkerMessage) => parentPort!.postMessage(said)
const { verify } = createVerifier({ onPanic: panic => say({ panic }) })

parentPort!.on('message', (batch: readonly WorkerTask[]) => say(batch.map(sent => verify(received(sent)))))
say('ready')

function received({ publicKey, text, signature }: WorkerTask): Signed {
  return { publicKey: bytes(publicKey), text: bytes(text), signature: bytes(signature) }
}

function bytes(sent: string): Uint8Array {
  return Buffer.from(sent, 'latin1')
}
