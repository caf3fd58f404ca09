import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sendPing } from '#dist/cli/status/ping-axon.js'
import { checkHeaders } from '#dist/doctor/network/headers.js'
import { keypairFromUri } from '#dist/keys/key-uri.js'
import { alice, bob } from '../../support/signed-request.ts'
import { startAxon } from '../../support/start-axon.ts'

type Proxy = AsyncDisposable & { readonly url: URL }

/**
 * Starts a proxy in front of an axon. nginx drops request headers whose names have underscores unless it is told not to
 * (ngx_http_core_module, `underscores_in_headers`), and names itself in the header Server of replies.
 */
async function startProxy(port: number, { drops, names = true }: { drops: boolean; names?: boolean }): Promise<Proxy> {
  const server = createServer((incoming, outgoing) => {
    const headers = Object.entries(incoming.headers).filter(([name]) => !drops || !name.includes('_'))
    const { method, url: path } = incoming
    const sent = request({ port, host: '127.0.0.1', method, path, headers: Object.fromEntries(headers) }, reply => {
      outgoing.writeHead(reply.statusCode!, { ...reply.headers, ...(names && { server: 'nginx/1.22.1' }) })
      reply.pipe(outgoing)
    })
    incoming.pipe(sent)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}

const { signal } = new AbortController()

describe('the check of headers', () => {
  const check = async (url: URL, { hotkey = bob.address, hasTrustedProxy = false } = {}) => {
    const keypair = await keypairFromUri('//Alice')
    const reply = await sendPing({ url, hotkey, keypair, signal })
    return checkHeaders({ address: url.host, reply, hotkey, hasTrustedProxy })
  }

  it('finds a proxy that drops headers with an underscore, as nginx does by itself', async () => {
    await using axon = await startAxon()
    await using proxy = await startProxy(axon.port, { drops: true })
    const [found, ...more] = await check(proxy.url)
    assert.deepEqual([found!.verdict, found!.code, more], ['fault', 'HEADERS_STRIPPED', []])
    assert.match(found!.message, /^a proxy \(nginx\/1\.22\.1\) in front of the axon drops the headers bt_header_…/)
    assert.match(found!.hint!, /underscores_in_headers on;/)
  })

  it('is content with an axon that it reaches, and with a proxy that is trusted', async () => {
    await using axon = await startAxon()
    const direct = await check(new URL(`http://127.0.0.1:${axon.port}`))
    assert.deepEqual(
      direct.map(({ verdict, message }) => [verdict, message]),
      [['ok', 'the headers bt_header_… arrive']],
    )
    await using proxy = await startProxy(axon.port, { drops: false })
    const [through, ...more] = await check(proxy.url, { hasTrustedProxy: true })
    assert.deepEqual([through!.message, more], ['the headers bt_header_… arrive through a proxy (nginx/1.22.1)', []])
  })

  it('warns of a proxy that the axon does not trust', async () => {
    await using axon = await startAxon()
    await using proxy = await startProxy(axon.port, { drops: false })
    const [, warning] = await check(proxy.url)
    assert.deepEqual([warning!.verdict, warning!.code], ['warning', 'PROXY_UNTRUSTED'])
  })

  it('is unknown where nothing answers, or something else does', async () => {
    await using axon = await startAxon()
    const url = new URL(`http://127.0.0.1:${axon.port}`)
    const [other] = await check(url, { hotkey: alice.address })
    assert.deepEqual([other!.verdict, /not the axon of this hotkey/.test(other!.message)], ['unknown', true])
    await axon[Symbol.asyncDispose]()
    const [gone] = await check(url)
    assert.deepEqual([gone!.verdict, /is not reached from here/.test(gone!.message)], ['unknown', true])
  })
})
