// Reads a metagraph once after connecting, and again in each of the blocks after, in a process of its own, because the
// first read of a process is the slowest and its memory has to be alone. Takes a way and the URL of a node, and prints
// JSON. The ways: `thread` and `here`: the miner's client of the chain, in a thread of its own as `serve` has it, or in this
// one; `bare`: the requests for the same answers over `ws`, of which only the JSON and the hexadecimal are decoded.
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'

const NETUID = 1
const WARM = 20
/** longer than a block of the node */
const PAUSE_MS = 120

const [way, url, requests] = process.argv.slice(2)
const open = { thread: openThread, here: openHere, bare: openBare }[way]
const start = await open()
const rssBefore = resident()
const startedAt = performance.now()
const reader = await start()
const connectedMs = performance.now() - startedAt
const firstMs = await timed(reader.read)
const rssFirst = resident()
const warmMs = []
for (let read = 0; read < WARM; read++) {
  await sleep(PAUSE_MS) // each block is read once: nothing of it is known before
  warmMs.push(await timed(reader.read))
}
const sent = reader.sent?.()
console.log(JSON.stringify({ connectedMs, firstMs, warmMs, rssBefore, rssFirst, rssWarm: resident(), sent }))
await reader.close()

async function openThread() {
  const { openChainThread } = await import('../dist/chain/thread/open-chain-thread.js')
  return () => connected(openChainThread({ network: url }))
}

/** Also tells what the last read sends, for `bare`. */
async function openHere() {
  const { openChain } = await import('../dist/chain/open-chain.js')
  return async () => {
    const frames = sentFrames()
    const reader = await connected(openChain({ network: url }))
    const read = () => {
      frames.length = 0
      return reader.read()
    }
    return { ...reader, read, sent: () => frames.flatMap(bareRequest) }
  }
}

async function connected(chain) {
  await chain.connection()
  const read = async () => {
    const { neurons } = await chain.metagraph(NETUID)
    if (neurons.length !== 1024) throw new Error(`${neurons.length} neurons`)
  }
  return { read, close: () => chain[Symbol.asyncDispose]() }
}

function sentFrames() {
  const frames = []
  const { send } = WebSocket.prototype
  WebSocket.prototype.send = function (text, ...rest) {
    frames.push(JSON.parse(text))
    return send.call(this, text, ...rest)
  }
  return frames
}

/** The same call or storage keys as a request that needs no subscription. */
function bareRequest({ method, params }) {
  if (method === 'state_call') return [{ method, params: params.slice(0, 2) }]
  if (method === 'chainHead_v1_storage')
    return params[2].map(({ key }) => ({ method: 'state_getStorage', params: [key] }))
  return []
}

async function openBare() {
  const all = JSON.parse(requests)
  return async () => {
    const socket = new WebSocket(url)
    await once(socket, 'open')
    const read = () => answers(socket, all)
    return { read, close: async () => socket.terminate() }
  }
}

function answers(socket, all) {
  const { promise, resolve, reject } = Promise.withResolvers()
  const results = []
  const receive = data => {
    const { id, result, error } = JSON.parse(data)
    if (error) reject(new Error(`${all[id].method}: ${error.message}`))
    results[id] = result && Buffer.from(result.slice(2), 'hex')
    if (Object.keys(results).length < all.length) return
    socket.off('message', receive)
    resolve()
  }
  socket.on('message', receive)
  for (const [id, request] of all.entries()) socket.send(JSON.stringify({ jsonrpc: '2.0', id, ...request }))
  return promise
}

async function timed(work) {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

/** Of all threads, in megabytes. */
function resident() {
  return process.memoryUsage.rss() / 1e6
}
