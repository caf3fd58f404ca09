// Runs an installed miner as a user does: node scripts/smoke.js RUN_JS [NODE]. Prints one line per check; exits with 1
// if any check fails.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'

const [runJs, node = process.execPath] = process.argv.slice(2)
const home = mkdtempSync(join(tmpdir(), 'miner-smoke-'))
const env = { PATH: process.env.PATH, HOME: home, MINER_CONFIG_DIR: home, MINER_DATA_DIR: home, MINER_CACHE_DIR: home }
const pieces = ['from ', 'the ', 'model']
const model = createServer((request, response) => {
  request.resume()
  response.setHeader('content-type', 'text/event-stream')
  for (const content of pieces) response.write(event({ delta: { content } }))
  response.end(`${event({ delta: {}, finish_reason: 'stop' })}data: [DONE]\n\n`)
})
model.listen(0, '127.0.0.1')
await once(model, 'listening')
const baseUrl = `http://127.0.0.1:${model.address().port}/v1`

let failed = 0
try {
  await check('--version', async () => expect(await miner('--version'), /^bittensor-miner\/\d+\.\d+\.\d+ /))
  await check('prompt asks a model', async () =>
    expect(await miner('prompt', '--base-url', baseUrl, 'hi'), /^from the model\n$/),
  )
  await check('check finds the model', async () =>
    expect(await miner('check', '--base-url', baseUrl), /^127\.0\.0\.1/m),
  )
  await check('create writes a package', async () =>
    expect(await miner('create', 'miner', 'smoke', '--dir', join(home, 'smoke')), /smoke\/src\/index\.ts$/m),
  )
  await check('serve answers query, whole and streamed', async () => {
    const serving = start('serve', '--dev', '--base-url', baseUrl, '--axon-port', '0', '--request-log', 'full')
    try {
      const { url } = await servingRecord(serving)
      expect(await miner('query', '--dev', '--url', url, 'hi'), /^from the model\n$/)
      expect(await miner('query', '--dev', '--url', url, '--stream', 'hi'), /^from the model\n$/)
    } finally {
      serving.kill('SIGTERM')
      await once(serving, 'exit')
    }
    if (serving.exitCode !== 0) throw new Error(`serve exited with ${serving.exitCode}`)
  })
  // `serve` above would have failed, too, on a line that is not of its log: Node warns of node:sqlite.
  await check('logs lists both requests, with a clean stderr', async () => {
    const listing = start('logs', '--dev', '--json')
    const [out, err] = await Promise.all([text(listing.stdout), text(listing.stderr), once(listing, 'exit')])
    expect(JSON.stringify(JSON.parse(out).requests.map(({ status }) => status)), /^\[200,200\]$/)
    expect(err, /^$/)
  })
} finally {
  model.close()
  rmSync(home, { recursive: true, force: true })
}
process.exitCode = failed > 0 ? 1 : 0

async function check(name, run) {
  try {
    await run()
    console.log(`ok ${name}`)
  } catch (error) {
    failed++
    console.log(`not ok ${name}: ${error.message}`)
  }
}

function event(choice) {
  return `data: ${JSON.stringify({ model: 'smoke', choices: [{ index: 0, ...choice }] })}\n\n`
}

function expect(output, pattern) {
  if (!pattern.test(output)) throw new Error(`expected ${pattern}, got ${JSON.stringify(output)}`)
}

function start(...args) {
  return spawn(node, [runJs, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 })
}

async function miner(...args) {
  const running = start(...args)
  const [out, err, [code]] = await Promise.all([text(running.stdout), text(running.stderr), once(running, 'exit')])
  if (code !== 0) throw new Error(`miner ${args[0]} exited with ${code}: ${err}`)
  return out
}

async function servingRecord(serving) {
  for await (const line of createInterface({ input: serving.stderr })) {
    const record = JSON.parse(line)
    if (record.event === 'serving') return record
  }
  throw new Error('serve exited before it served')
}
