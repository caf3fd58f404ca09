// The thread behind `DatabaseThread`: node:sqlite blocks its thread, and warns at the import that it is experimental.
import { parentPort, workerData } from 'node:worker_threads'
import { RequestLogError } from '../request-log-error.js'
import type { DatabaseCall, DatabaseFailure, DatabaseReply, DatabaseThreadData } from './messages.js'
import { RequestReader } from './request-reader.js'
import { RequestWriter } from './request-writer.js'

const data = workerData as DatabaseThreadData
const database = data.use === 'write' ? new RequestWriter(data) : new RequestReader(data.path)
const methods = database as unknown as Readonly<Record<string, (...args: readonly unknown[]) => unknown>>

parentPort!.on('message', ({ id, method, args }: DatabaseCall) => {
  parentPort!.postMessage(reply(id, () => methods[method]!(...args)))
  if (method === 'close') parentPort!.close()
})

function reply(id: number, call: () => unknown): DatabaseReply {
  try {
    return { id, result: call() }
  } catch (error) {
    return { id, error: plain(error) }
  }
}

function plain(error: unknown): DatabaseFailure {
  const { message } = error as Error
  return error instanceof RequestLogError
    ? { code: error.code, message, hint: error.hint }
    : { code: null, message, hint: undefined }
}
