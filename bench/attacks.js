import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createConnection } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { load } from './load.js'
import { processorMs } from './processor.js'
import { signedRequests } from './requests.js'

const SECONDS = 15
const WARM_MS = 3_000
const PAUSE_MS = 20
/** how long the good caller waits; then its question has failed */
const PATIENCE_MS = 12_000
/** for so long after its first start, `serve` cannot know what was answered before */
const UNKNOWN_MS = 5_000

/**
 * Measures how long a good caller waits, alone and under two attacks, on the axon and on a bare server: what an attack costs
 * there is the machine's, because the server, the attacker and the caller share it.
 *
 * @param servers by name, each a function that starts one
 * @returns a row for each server and attack
 */
export async function attacks(servers) {
  const rows = []
  for (const [name, start] of Object.entries(servers)) {
    const server = await start()
    try {
      await sleep(UNKNOWN_MS)
      await load({ port: server.port, requests: signedRequests(2_000), connections: 8 }) // warm
      for (const attack of ['none', 'slow', 'unsigned'])
        rows.push({ server: name, attack, ...(await under(attack, server)) })
    } finally {
      await server.stop()
    }
  }
  const alone = Object.fromEntries(rows.filter(({ attack }) => attack === 'none').map(row => [row.server, row.p99]))
  return rows.map(row => ({ ...row, ratio: row.p99 / alone[row.server] }))
}

async function under(attack, { port, pid }) {
  const attacker = attack === 'none' ? null : fork(new URL('attacker.js', import.meta.url), [attack, String(port)])
  try {
    if (attacker) await sleep(WARM_MS)
    const [before, busy, startedAt] = [await counted(attacker), usage(pid, attacker), performance.now()]
    const asked = await askPaced(port)
    const seconds = (performance.now() - startedAt) / 1_000
    const [after, used] = [await counted(attacker), usage(pid, attacker)]
    return {
      ...asked,
      attacksAnswered: (after.answered - before.answered) / seconds,
      attackersConnections: after.open,
      // of one processor
      serverShare: (used.server - busy.server) / 1_000 / seconds,
      attackerShare: (used.attacker - busy.attacker) / 1_000 / seconds,
    }
  } finally {
    attacker?.kill('SIGKILL')
  }
}

function usage(pid, attacker) {
  return { server: processorMs(pid), attacker: attacker ? processorMs(attacker.pid) : 0 }
}

async function counted(attacker) {
  if (!attacker) return { answered: 0, open: 0 }
  const answer = once(attacker, 'message')
  attacker.send('count')
  return (await answer)[0]
}

/** Asks one question after another, in turns on the connection that it keeps, as dendrites do, and on a new one. */
async function askPaced(port) {
  const kept = { socket: null, times: [] }
  const fresh = { times: [] }
  let failed = 0
  const end = performance.now() + SECONDS * 1_000
  for (let turn = 0; performance.now() < end; turn++) {
    const isKept = turn % 2 === 0
    const startedAt = performance.now()
    if (isKept && (kept.socket === null || kept.socket.destroyed)) kept.socket = connected(port)
    const socket = isKept ? kept.socket : connected(port)
    const isAnswered = await ask(socket)
    const times = isKept ? kept.times : fresh.times
    times.push(performance.now() - startedAt)
    if (!isAnswered) failed++
    if (!isKept || !isAnswered) socket.destroy()
    await sleep(PAUSE_MS)
  }
  kept.socket?.destroy()
  const { p50, p99 } = shares(kept.times)
  return { p50, p99, p99Fresh: shares(fresh.times).p99, failed }
}

function connected(port) {
  const socket = createConnection({ host: '127.0.0.1', port, noDelay: true })
  socket.on('error', () => {}) // then it is closed, and the question has failed
  return socket
}

/** @returns whether it is answered with 200 in time */
function ask(socket) {
  const { promise, resolve } = Promise.withResolvers()
  let reply = ''
  const end = () => resolve(false)
  const take = chunk => {
    reply += chunk.toString('latin1')
    const head = reply.indexOf('\r\n\r\n')
    const [, length] = /\r\ncontent-length: *(\d+)/i.exec(reply) ?? []
    if (head > 0 && reply.length >= head + 4 + Number(length)) resolve(reply.startsWith('HTTP/1.1 200'))
  }
  const patience = setTimeout(end, PATIENCE_MS)
  socket.on('data', take).on('close', end)
  socket.write(signedRequests(1)[0])
  return promise.finally(() => {
    clearTimeout(patience)
    socket.off('data', take).off('close', end)
  })
}

function shares(times) {
  times.sort((one, other) => one - other)
  const at = share => times[Math.min(times.length - 1, Math.floor(share * times.length))]
  return { p50: at(0.5), p99: at(0.99) }
}
