import { once } from 'node:events'
import { createConnection } from 'node:net'

/**
 * Sends each request once over `connections` keep-alive connections, each with one request in flight.
 *
 * @param requests whole HTTP requests, as bytes
 * @returns `perSecond`, `p50` and `p99` in milliseconds, and the number of replies by status
 */
export async function load({ port, requests, connections }) {
  const latencies = new Float64Array(requests.length)
  const statuses = {}
  let next = 0
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: connections }, connection))
  const seconds = (performance.now() - startedAt) / 1000
  latencies.sort()
  const at = share => latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))]
  return { perSecond: requests.length / seconds, p50: at(0.5), p99: at(0.99), statuses }

  async function connection() {
    const socket = createConnection({ host: '127.0.0.1', port, noDelay: true })
    await once(socket, 'connect')
    await new Promise((resolve, reject) => {
      let sent = 0
      let sentAt = 0
      let reply = ''
      const send = () => {
        if (next === requests.length) return resolve()
        sent = next++
        sentAt = performance.now()
        reply = ''
        socket.write(requests[sent])
      }
      socket.on('data', chunk => {
        reply += chunk.toString('latin1')
        const head = reply.indexOf('\r\n\r\n')
        if (head === -1) return
        const [, length] = /\r\ncontent-length: *(\d+)/i.exec(reply) ?? []
        if (length === undefined) return reject(new Error(`a reply without content-length:\n${reply.slice(0, head)}`))
        if (reply.length < head + 4 + Number(length)) return
        latencies[sent] = performance.now() - sentAt
        const status = reply.slice(9, 12)
        statuses[status] = (statuses[status] ?? 0) + 1
        send()
      })
      socket.on('error', reject)
      socket.on('close', () => reject(new Error('the server closed a connection')))
      send()
    })
    socket.removeAllListeners('close')
    socket.destroy()
  }
}
