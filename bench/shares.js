import { EventEmitter } from 'node:events'
import { Connections } from '../dist/axon/http/connections.js'
import { BodyReader } from '../dist/axon/http/read-body.js'
import { TrustedProxies } from '../dist/axon/http/trusted-proxies.js'
import { BodyBudget } from '../dist/axon/state/body-budget.js'
import { ClaimCounts } from '../dist/axon/state/claim-counts.js'
import { FailedProofs } from '../dist/axon/state/failed-proofs.js'
import { Shares } from '../dist/axon/state/shares.js'
import { load } from './load.js'
import { processorMs } from './processor.js'
import { callers, signedRequests } from './requests.js'
import { median } from './starts.js'

const CONNECTIONS = 32
const REQUESTS = 4_000
const ROUNDS = 5
const LIMIT = 1024

/**
 * Measures what the bookkeeping of shares costs of a request: the same calls of the same classes that a request of a proven
 * hotkey makes, on one thread, of the processor time of a whole request at 32 connections.
 *
 * @param start starts the axon
 * @returns microseconds of both, and their ratio
 */
export async function sharesOfRequests(start) {
  const bookkeeping = []
  const requests = []
  for (let round = 0; round < ROUNDS; round++) {
    bookkeeping.push(await bookkeepingUs())
    requests.push(await requestUs(start))
  }
  const [part, whole] = [median(bookkeeping), median(requests)]
  return { bookkeepingUs: part, requestUs: whole, ratio: part / whole }
}

async function requestUs(start) {
  const { port, pid, stop } = await start()
  try {
    await load({ port, requests: signedRequests(REQUESTS), connections: CONNECTIONS })
    const before = processorMs(pid)
    await load({ port, requests: signedRequests(REQUESTS), connections: CONNECTIONS })
    return ((processorMs(pid) - before) * 1000) / REQUESTS
  } finally {
    await stop()
  }
}

async function bookkeepingUs() {
  const now = Date.now
  const claims = new ClaimCounts(now)
  const connections = new Connections({ limit: LIMIT, trustMs: 120_000, now })
  const failedProofs = new FailedProofs({ burst: 50, perSecond: 10, claims, isExempt: () => false, now })
  const checks = new Shares({ networksKeep: 64 })
  const proxies = new TrustedProxies(['10.0.0.0/8'])
  const bodies = new BodyReader(new BodyBudget(64 * 1024 * 1024), { bytesPerSecond: 1024, windowMs: 5_000 })
  const rawHeaders = Array.from({ length: 44 }, (_, at) => `bt_header_field_${at}`)
  const body = Buffer.alloc(200)
  const sockets = Array.from({ length: CONNECTIONS }, (_, at) => Object.assign(new EventEmitter(), { at }))
  for (const socket of sockets) connections.add(socket, proxies.holderOf({ address: '192.0.2.7', port: socket.at }))
  const { signal } = new AbortController()
  const holds = async () => true

  const one = async at => {
    const socket = sockets[at % CONNECTIONS]
    const hotkey = callers[at % callers.length].address
    const address = proxies.callerOf('192.0.2.7', rawHeaders)
    const network = proxies.holderOf({ address, port: at })
    const end = connections.begin(socket, new AbortController())
    const isProvenHere = connections.hasProven(socket, hotkey)
    checks.set(end, isProvenHere ? { kind: 'hotkey', name: hotkey } : network)
    checks.delete(end)
    await failedProofs.check({ address, hotkey, isProvenHere, isKnown: true }, holds)
    connections.prove(socket, hotkey)
    const request = Object.assign(new EventEmitter(), { headers: { 'content-length': '200' } })
    const read = bodies.read(request, { limit: 1024 * 1024, holder: { kind: 'hotkey', name: hotkey }, signal })
    request.emit('data', body)
    request.emit('end')
    const whole = await read
    whole[Symbol.dispose]()
    connections.trust(socket)
    end()
  }
  for (let at = 0; at < 20_000; at++) await one(at)
  const count = 100_000
  const before = process.cpuUsage()
  for (let at = 0; at < count; at++) await one(at)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / count
}
