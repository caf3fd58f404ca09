// The thread behind `openChainThread`. polkadot-api lives in it and nowhere else.
import { parentPort, workerData } from 'node:worker_threads'
import { abortable } from '../../async/abortable.js'
import type { ChainEvent, Signer } from '../chain.js'
import { type OpenChainOptions, openChain } from '../open-chain.js'
import { CapturedOutput } from './captured-output.js'
import type { ChainCall, ChainReport, ChainTask } from './messages.js'
import { fromPlainError, toPlainError } from './plain-error.js'

/** What the thread is started with. */
export type ChainWorkerData = Pick<OpenChainOptions, 'network' | 'limits'> & { readonly endpoints: readonly string[] }

const port = parentPort!
const report = (message: ChainReport) => port.postMessage(message)

const onEvent = (event: ChainEvent) => report({ report: 'event', event })

const output = new CapturedOutput(text => onEvent({ event: 'chainLibrary', text }))
output.capture(process.stdout)
output.capture(process.stderr)

const chain = openChain({ ...(workerData as ChainWorkerData), onEvent })
const openCalls = new Map<number, AbortController>()
const signatures = new Map<number, PromiseWithResolvers<Uint8Array>>()
let lastNumber = 0

port.on('message', (task: ChainTask) => {
  switch (task.task) {
    case 'call':
      void answer(task.id, task.call)
      break
    case 'abort':
      openCalls.get(task.id)?.abort()
      break
    case 'signed':
      signatures.get(task.number)?.resolve(task.signature)
      break
    case 'unsigned':
      signatures.get(task.number)?.reject(fromPlainError(task.error))
      break
    case 'ping':
      report({ report: 'alive' })
      break
    case 'close':
      void close()
  }
})

async function answer(id: number, call: ChainCall): Promise<void> {
  const controller = new AbortController()
  openCalls.set(id, controller)
  try {
    report({ report: 'result', id, result: await run(call, id, controller.signal) })
  } catch (error) {
    report({ report: 'error', id, error: toPlainError(error) })
  } finally {
    openCalls.delete(id)
  }
}

function run(call: ChainCall, id: number, signal: AbortSignal): Promise<unknown> {
  switch (call.method) {
    case 'connection':
    case 'head':
      return chain[call.method](signal)
    case 'subnet':
    case 'metagraph':
      return chain[call.method](call.netuid, signal)
    case 'economy':
      return chain.economy(call.netuid, call.uid, signal)
    case 'registration':
      return chain.registration(call.netuid, call.hotkey, signal)
    case 'announce':
      return chain.announce(call.announcement, remoteSigner(id, call.publicKey, signal), signal)
  }
}

/** A signer that has the other thread sign: the private key stays there. */
function remoteSigner(id: number, publicKey: Uint8Array, signal: AbortSignal): Signer {
  return {
    publicKey,
    sign(text) {
      const number = ++lastNumber
      const signature = Promise.withResolvers<Uint8Array>()
      signatures.set(number, signature)
      report({ report: 'sign', id, number, text })
      return abortable(signature.promise, signal).finally(() => signatures.delete(number))
    },
  }
}

async function close(): Promise<void> {
  await chain[Symbol.asyncDispose]()
  output[Symbol.dispose]()
  port.close()
  // By then a WebSocket has said good-bye. Timers of polkadot-api would hold the thread for seconds.
  setTimeout(() => process.exit(), 300).unref()
}
