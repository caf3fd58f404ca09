import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type MinerProcess, startMiner } from '../support/miner-process.ts'
import { startModelServer } from '../support/model-server.ts'
import { pausing } from '../support/pausing-model.ts'
import { type Sent, send, signedRequest } from '../support/signed-request.ts'
import { startCaddy, startNginx } from './start-proxy.ts'

const echo = ['serve', '--dev', '--use', 'echo', '--axon-port', '0', '--trusted-proxy', '127.0.0.1']

for (const [recipe, startProxy] of [
  ['deploy/nginx.conf', startNginx],
  ['deploy/Caddyfile', startCaddy],
] as const)
  describe(recipe, () => {
    let folder: string
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'miner-proxy-'))
    })
    afterEach(() => rmSync(folder, { recursive: true, force: true }))

    it('lets a signed question and its answer through, whole and streamed', async () => {
      await using miner = await startMiner(echo)
      await using proxy = await startProxy({ port: miner.port, folder })
      const whole = await send(proxy.url, signedRequest())
      assert.deepEqual([whole.status, whole.json.completion], [200, 'hi'])
      const streamed = await send(proxy.url, signedRequest({ synapse: 'StreamPrompting' }))
      assert.deepEqual([streamed.status, streamed.text], [200, 'hi'])
      const again = signedRequest()
      assert.equal((await send(proxy.url, again)).status, 200)
      assert.equal((await send(proxy.url, again)).status, 401, 'a nonce is spent once')
    })

    it('passes each piece of a stream on when it comes', async () => {
      const { behaviour, goOn } = pausing()
      await using model = await startModelServer(behaviour)
      await using miner = await startMiner([
        ...['serve', '--dev', '--axon-port', '0', '--trusted-proxy', '127.0.0.1', '--base-url', model.url],
      ])
      await using proxy = await startProxy({ port: miner.port, folder })
      const pieces: string[] = []
      for await (const piece of answerTo(proxy.url, signedRequest({ synapse: 'StreamPrompting' }))) {
        pieces.push(piece)
        goOn()
      }
      assert.deepEqual(pieces, ['Hel', 'lo'])
    })

    it('tells the miner where a caller is, and passes no address that the caller makes up', async () => {
      await using miner = await startMiner([...echo, '--log-level', 'debug'])
      await using proxy = await startProxy({ port: miner.port, folder })
      using agent = disposable(new Agent({ localAddress: '127.0.0.9' }))
      const headers = { 'x-forwarded-for': '203.0.113.9' }
      const got = await send(proxy.url, signedRequest({ headers }), { agent: agent.agent })
      assert.equal(got.json.dendrite.ip, '127.0.0.9')
      const refused = miner.next('refused')
      await send(proxy.url, { ...signedRequest(), headers: { ...headers, name: 'Prompting' } }, { agent: agent.agent })
      assert.equal((await refused).address, '127.0.0.9')
    })

    it('takes a body as large as the miner does, and headers as large as those of the SDK', async () => {
      await using miner = await startMiner(echo)
      await using proxy = await startProxy({ port: miner.port, folder })
      const long = 'word '.repeat(190_000)
      const fields = { roles: ['user'], messages: [long], completion: '' }
      const large = signedRequest({ fields, headers: { bt_header_input_obj_messages: 'W10='.repeat(2_000) } })
      const got = await send(proxy.url, large)
      assert.deepEqual([got.status, got.json?.completion], [200, long])
    })

    it('ends the work for a caller that goes away', async () => {
      const { behaviour } = pausing()
      await using model = await startModelServer(behaviour)
      await using miner = await startMiner(['serve', '--dev', '--axon-port', '0', '--base-url', model.url])
      await using proxy = await startProxy({ port: miner.port, folder })
      const ended = nextOf(miner, ['cancelled', 'answered', 'failed'])
      for await (const _ of answerTo(proxy.url, signedRequest({ synapse: 'StreamPrompting' }))) break
      assert.equal(await ended, 'cancelled')
    })
  })

describe('deploy/nginx.conf, changed', () => {
  it('loses the signature without underscores_in_headers', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'miner-proxy-'))
    try {
      await using miner = await startMiner(echo)
      const change = (recipe: string) => recipe.replace('underscores_in_headers on;', '')
      await using proxy = await startNginx({ port: miner.port, folder, change })
      assert.equal((await send(proxy.url, signedRequest())).status, 401)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

function disposable(agent: Agent) {
  return { agent, [Symbol.dispose]: () => agent.destroy() }
}

/** The pieces of a reply, as they come; the connection ends with the loop. */
async function* answerTo(url: string, sent: Sent): AsyncGenerator<string> {
  const outgoing = request(`${url}${sent.path}`, {
    method: sent.method,
    headers: { ...(sent.headers as Record<string, string>), 'content-length': Buffer.byteLength(sent.body) },
    agent: false,
  })
  outgoing.end(sent.body)
  const response = await new Promise<AsyncIterable<Buffer>>((resolve, reject) => {
    outgoing.on('response', resolve)
    outgoing.on('error', reject)
  })
  try {
    for await (const piece of response) yield piece.toString()
  } finally {
    outgoing.destroy()
  }
}

/** Returns which of these events comes first. */
function nextOf(miner: MinerProcess, events: readonly string[]): Promise<string> {
  return Promise.race(events.map(async event => (await miner.next(event)).event))
}
