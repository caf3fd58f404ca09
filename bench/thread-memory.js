// Loaded before the program by `node --import`, and by it in each of its threads: a port of the main thread that reports
// the megabytes which each thread holds after a garbage collection, by its name (`main`, `chain`, …), and those resident.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import threads, { BroadcastChannel, isMainThread, threadId, threadName } from 'node:worker_threads'
import { held } from './held.js'

const tasks = new BroadcastChannel('memory tasks').unref()
const reports = new BroadcastChannel('memory reports').unref()

if (isMainThread) {
  let workers = 0
  threads.Worker = class extends threads.Worker {
    constructor(code, options) {
      super(code, { ...options, execArgv: ['--import', import.meta.url] })
      workers++
      this.once('exit', () => workers--)
    }
  }
  syncBuiltinESMExports()
  const server = createServer(async (_, response) => response.end(JSON.stringify(await all())))
  server.listen(0, '127.0.0.1').unref()
  await once(server, 'listening')
  process.stderr.write(`${JSON.stringify({ event: 'memory', memoryPort: server.address().port })}\n`)

  function all() {
    const { promise, resolve } = Promise.withResolvers()
    const { heap: main, rss } = held()
    const heaps = { main }
    reports.onmessage = ({ data: { name, heap } }) => {
      heaps[name] = heap
      if (Object.keys(heaps).length > workers) resolve({ heaps, rss })
    }
    tasks.postMessage('measure')
    return promise
  }
} else {
  tasks.onmessage = () => reports.postMessage({ name: threadName || `thread ${threadId}`, heap: held().heap })
}
