import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { Agent, request as httpRequest } from 'node:http'
import { developmentKeys } from '../dist/keys/development-keys.js'
import { fieldsOf } from '../dist/wires/json/convert.js'
import { bodyHash } from '../dist/wires/synapse/body-hash.js'
import { buildRequest } from '../dist/wires/synapse/build-request.js'
import { callers } from './requests.js'
import { textOf } from './stream-text.js'

const MANY = 256
const ROUNDS = 5

/**
 * Measures what the axon adds to the streams of a model: each figure on the bare model server and through the axon,
 * alternating, so that a slow moment of the machine affects both.
 *
 * @param start starts an axon for the model at a base URL: `port`, `memory` (in use after a garbage collection), `stop`
 * @returns the figures, and how many of 256 concurrent streams lost data
 */
export async function streams(start) {
  const model = fork(new URL('stream-model.js', import.meta.url))
  const [modelPort] = await once(model, 'message')
  const axon = await start(`http://127.0.0.1:${modelPort}/v1`)
  try {
    const ways = [
      { port: modelPort, requestOf: bareRequest },
      { port: axon.port, requestOf: signedRequest },
    ]
    await turns(1000, ways, { pieces: 4, everyMs: 0 }, firstMs) // warms up the compilers

    const rounds = []
    for (let round = 0; round < ROUNDS; round++) rounds.push(await turns(400, ways, { pieces: 4, everyMs: 0 }, firstMs))
    const fast = await turns(15, ways, { pieces: 4000, everyMs: 0 }, usAPiece)
    const paced = await turns(4, ways, { pieces: 250, everyMs: 4, stamped: true }, usBehind)

    const before = await axon.memory()
    const open = atOnce(axon.port)
    await open.half
    const during = await axon.memory()
    model.send('go on')
    const many = await open.all
    return {
      firstMsP50: { bare: ofRounds(rounds, 0, 0.5), axon: ofRounds(rounds, 1, 0.5) },
      firstMsP99: { bare: ofRounds(rounds, 0, 0.99), axon: ofRounds(rounds, 1, 0.99) },
      usAPiece: { bare: middle(fast[0]), axon: middle(fast[1]) },
      usBehind: { bare: middle(paced[0].flat()), axon: middle(paced[1].flat()) },
      kBAStream: ((during.heap - before.heap) * 1000) / MANY,
      atOnce: MANY,
      damaged: many.filter(({ text }, caller) => text !== textOf(caller, held.pieces)).length,
    }
  } finally {
    await axon.stop()
    model.disconnect()
  }
}

const held = { pieces: 200, everyMs: 10, held: true }

/** Opens all streams at once. `half` resolves when each has received half; the model holds back the rest. */
function atOnce(port) {
  const halves = []
  const all = Array.from({ length: MANY }, (_, caller) => {
    const half = Promise.withResolvers()
    halves.push(half.promise)
    const length = Buffer.byteLength(textOf(caller, held.pieces / 2))
    return ask(port, signedRequest({ ...held, caller, onBytes: bytes => bytes >= length && half.resolve() }))
  })
  return { half: Promise.all(halves), all: Promise.all(all) }
}

/**
 * Sends requests over each way in turn. Signs all requests beforehand and keeps only the measurements, because signing
 * and garbage collection in this process would distort them.
 */
async function turns(count, ways, question, measure) {
  const requests = Array.from({ length: count }, () => ways.map(({ requestOf }) => requestOf(question)))
  const results = ways.map(() => [])
  for (const turn of requests)
    for (const [at, { port }] of ways.entries()) results[at].push(measure(await ask(port, turn[at])))
  return results
}

const agent = new Agent({ keepAlive: true, maxSockets: 1024 })

/** Sends a request and reads the stream: the chunks with their arrival times in nanoseconds, and the whole text. */
function ask(port, { path, headers, body, onBytes }) {
  return new Promise((resolve, reject) => {
    const sentAt = process.hrtime.bigint()
    const request = httpRequest({ host: '127.0.0.1', port, agent, method: 'POST', path, headers })
    request.on('error', reject)
    request.on('response', response => {
      const chunks = []
      let bytes = 0
      response.on('data', chunk => {
        chunks.push({ at: process.hrtime.bigint(), chunk })
        bytes += chunk.length
        onBytes?.(bytes)
      })
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks.map(({ chunk }) => chunk)).toString()
        if (response.statusCode !== 200) return reject(new Error(`${response.statusCode} ${text}`))
        resolve({ sentAt, endedAt: process.hrtime.bigint(), chunks, text })
      })
    })
    request.end(body)
  })
}

function bareRequest({ onBytes, ...question }) {
  const messages = [{ role: 'user', content: JSON.stringify(question) }]
  const body = JSON.stringify({ model: 'bench', stream: true, messages })
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  return { path: '/v1/chat/completions', headers, body, onBytes }
}

let asked = 0

function signedRequest({ onBytes, ...question }) {
  const fields = fieldsOf({
    roles: ['user'],
    messages: [JSON.stringify(question)],
    required_hash_fields: ['messages'],
    completion: '',
  })
  const { path, headers, body } = buildRequest(
    { name: 'StreamPromptingSynapse', fields, required: ['roles', 'messages'] },
    {
      signer: callers[asked++ % callers.length],
      callerIp: '127.0.0.1',
      receiver: { hotkey: developmentKeys[1].address, ip: '127.0.0.1', port: 8091 },
      nonce: BigInt(Date.now()) * 1_000_000n + BigInt(asked),
      uuid: randomUUID(),
      timeoutSeconds: 60,
      bodyHash: bodyHash(fields, ['messages'], '15.0'),
    },
  )
  return { path, headers: { ...Object.fromEntries(headers), 'content-length': body.length }, body, onBytes }
}

/**
 * Returns the median over the rounds of a percentile, because a single garbage collection can shift one round's p99.
 */
const ofRounds = (rounds, way, share) => middle(rounds.map(ways => at(share, ways[way])))

const firstMs = ({ sentAt, chunks }) => Number(chunks[0].at - sentAt) / 1e6

/** Returns the time per piece, from the first to the last, of an unpaced stream. */
const usAPiece = ({ chunks, endedAt }) => Number(endedAt - chunks[0].at) / 1000 / 4000

/** Returns each piece's delay, from its timestamp to its arrival. */
const usBehind = ({ chunks }) =>
  chunks.flatMap(({ at, chunk }) =>
    [...chunk.toString().matchAll(/(\d{10,});/g)].map(([, sentAt]) => Number(at - BigInt(sentAt)) / 1000),
  )

function at(share, values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)]
}

const middle = values => at(0.5, values)
