// Demonstrates the miner on this machine: a signed request over HTTP, its answer, and two refusals.
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { on } from 'node:events'
import { Agent } from 'node:http'
import { createInterface } from 'node:readline'
import { sdkOf } from '../dist/app/sdk.js'
import { send, wholeReply } from '../dist/dendrite/send.js'
import { prompting } from '../dist/dialects/prompting.js'
import { developmentKeys } from '../dist/keys/development-keys.js'
import { keypairFromUri } from '../dist/keys/key-uri.js'
import { fieldsOf } from '../dist/wires/json/convert.js'
import { bodyHash } from '../dist/wires/synapse/body-hash.js'
import { buildRequest } from '../dist/wires/synapse/build-request.js'
import { readReply } from '../dist/wires/synapse/read-reply.js'

const TIMEOUT_SECONDS = 30
const [, bob] = developmentKeys
const use = process.env.OPENAI_API_KEY || process.env.OPENAI_BASE_URL ? 'openai' : 'echo'
const question = 'What is TAO?'

const miner = spawn(process.execPath, ['bin/run.js', 'serve', '--dev', '--use', use, '--axon-port', '0'], {
  stdio: ['ignore', 'ignore', 'pipe'],
})
const ended = new Promise(resolve => miner.once('exit', resolve))
const log = []
const lines = createInterface({ input: miner.stderr }).on('line', line => log.push(line))
const agent = new Agent({ keepAlive: true })
try {
  const { port, hotkey, model } = await serving()
  console.log(`serving     ${hotkey} (//Bob) on http://127.0.0.1:${port}, miner ${use}${model ? ` (${model})` : ''}`)

  const peer = { host: '127.0.0.1', port }
  const fields = fieldsOf({ roles: ['user'], messages: [question], completion: '' })
  const synapse = { name: 'Prompting', fields, required: ['roles', 'messages'] }
  const alice = await keypairFromUri('//Alice')
  const signed = buildRequest(synapse, {
    signer: alice,
    callerIp: peer.host,
    receiver: { hotkey: bob.address, ip: peer.host, port },
    nonce: BigInt(Date.now()) * 1_000_000n,
    uuid: randomUUID(),
    timeoutSeconds: TIMEOUT_SECONDS,
    bodyHash: bodyHash(fields, prompting(sdkOf()).synapses.Prompting.hashed, '15.0'),
  })
  const unsigned = { ...signed, headers: signed.headers.filter(([name]) => name !== 'bt_header_dendrite_signature') }

  const startedAt = performance.now()
  const answer = await ask(peer, signed, synapse)
  const ms = Math.round(performance.now() - startedAt)
  if (answer.status !== 200) throw new Error(`The request failed: ${answer.status} ${answer.message}`)
  console.log(`asked by    ${alice.address} (//Alice): ${question}`)
  console.log(`            sr25519 signature, body hash and nonce checked: ${answer.status} ${answer.message}`)
  console.log(`answered    ${JSON.stringify(answer.fields.get('completion'))} in ${ms} ms`)

  await refused('unsigned', peer, unsigned, synapse)
  await refused('replayed', peer, signed, synapse)
} catch (error) {
  console.error(`${error.message}\nThe miner's log:\n${log.join('\n')}`)
  process.exitCode = 1
} finally {
  agent.destroy()
  miner.kill('SIGTERM')
  await ended
}

/** Resolves with the log record that the miner writes once its port is open. */
async function serving() {
  for await (const [line] of on(lines, 'line', { close: ['close'] })) {
    const record = line.startsWith('{') ? JSON.parse(line) : {}
    if (record.event === 'serving') return record
  }
  throw new Error('The miner exited before it served.')
}

async function ask(peer, request, synapse) {
  const response = await send(agent, peer, request, AbortSignal.timeout(TIMEOUT_SECONDS * 1000))
  return readReply(await wholeReply(response), synapse)
}

async function refused(name, peer, request, synapse) {
  const { status, message } = await ask(peer, request, synapse)
  if (status !== 401) throw new Error(`The ${name} request was not refused: ${status} ${message}`)
  console.log(`${name.padEnd(11)} refused: ${status} ${message}`)
}
