// Loaded before the program by `node --import`: a port that reports this process's memory after a garbage collection.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { held } from './memory.ts'

const server = createServer((_, response) => response.end(JSON.stringify(held()))).listen(0, '127.0.0.1', () => {
  process.stderr.write(`${JSON.stringify({ event: 'memory', memoryPort: (server.address() as AddressInfo).port })}\n`)
})
server.unref()
