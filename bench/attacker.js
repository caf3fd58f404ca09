// An attacker: `slow` holds 2,000 connections, each from a network of its own, and sends a byte of a head on each once a second;
// `unsigned` sends 5,000 unsigned requests a second over 64 connections. Tells its parent on each message how many requests were
// answered, and how many connections are open.
import { createConnection } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { unsignedRequest } from './requests.js'

const [kind, port] = process.argv.slice(2)
const SLOW = 2_000
const FLOOD_PER_SECOND = 5_000
const FLOOD_CONNECTIONS = 64
const TICK_MS = 10

const count = { answered: 0, open: 0 }
process.on('message', () => process.send(count))
process.on('disconnect', () => process.exit())

if (kind === 'slow') for (let at = 0; at < SLOW; at++) slow(at)
else flood()

async function slow(at) {
  const head = `POST /Prompting HTTP/1.1\r\nbt_header_dendrite_uuid: ${'x'.repeat(1_000)}`
  for (;;) {
    const socket = connected(`127.${1 + (at >> 8)}.${at & 255}.1`)
    for (let sent = 0; !socket.destroyed; sent++) {
      socket.write(head[sent % head.length])
      await sleep(1_000)
    }
  }
}

function flood() {
  const request = unsignedRequest()
  const sockets = Array.from({ length: FLOOD_CONNECTIONS }, () => connected())
  const startedAt = performance.now()
  let sent = 0
  setInterval(() => {
    const due = ((performance.now() - startedAt) / 1_000) * FLOOD_PER_SECOND
    // What a connection has not been answered for a while is lost, as it would be over a network.
    for (let tries = 0; sent < due && tries < FLOOD_CONNECTIONS; tries++, sent++) {
      const at = sent % FLOOD_CONNECTIONS
      if (sockets[at].destroyed) sockets[at] = connected()
      if (sockets[at].writableLength === 0) sockets[at].write(request)
    }
  }, TICK_MS)
}

function connected(localAddress = '127.0.0.1') {
  const socket = createConnection({ host: '127.0.0.1', port: Number(port), noDelay: true, localAddress })
  socket.on('connect', () => count.open++)
  socket.on('data', chunk => {
    count.answered += chunk.toString('latin1').split('HTTP/1.1 ').length - 1
  })
  socket.on('error', () => {}) // then it is closed
  socket.on('close', () => count.open--)
  return socket
}
