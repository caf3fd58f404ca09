import assert from 'node:assert/strict'
import { isNetwork, type ProxyProblem, TrustedProxies } from '#dist/axon/http/trusted-proxies.js'
import { axonRules } from '#dist/axon/settings.js'
import { bytesOf, charlie, send, signedRequest } from '../../support/signed-request.ts'
import { startAxon } from '../../support/start-axon.ts'
import { assertRefused } from '../assert-refused.ts'
import { RawConnection } from '../raw-connection.ts'
import { realSockets } from '../real-sockets.ts'
import { told } from '../told.ts'

const PROXY = '10.0.0.1'

describe('the address of a caller behind a proxy', () => {
  const problems: [ProxyProblem, string][] = []
  const proxies = new TrustedProxies([PROXY, '192.168.0.0/16', '2001:db8:1::/48'], (...problem) =>
    problems.push(problem),
  )
  const callerOf = (...values: string[]) =>
    proxies.callerOf(
      PROXY,
      values.flatMap(value => ['X-Forwarded-For', value]),
    )
  beforeEach(() => problems.splice(0))

  it('is the last one that is not of a trusted proxy', () => {
    assert.equal(callerOf('203.0.113.9'), '203.0.113.9')
    assert.equal(callerOf('1.2.3.4, 203.0.113.9'), '203.0.113.9')
    assert.equal(callerOf('1.2.3.4,203.0.113.9 ,\t192.168.7.7,2001:db8:1::7'), '203.0.113.9')
    assert.equal(callerOf('not an address, 203.0.113.9'), '203.0.113.9')
    assert.equal(callerOf('1.2.3.4, 203.0.113.9', '192.168.7.7'), '203.0.113.9')
    assert.deepEqual(problems, [])
  })

  it('is the first one when all are of trusted proxies, and the peer’s without the header', () => {
    assert.equal(callerOf('192.168.1.1, 192.168.1.2'), '192.168.1.1')
    assert.equal(callerOf(), PROXY)
  })

  it('may have a port, and has one spelling', () => {
    assert.equal(callerOf('203.0.113.9:4711'), '203.0.113.9')
    assert.equal(callerOf('[2001:DB8:0::1]:4711'), '2001:db8::1')
    assert.equal(callerOf('[2001:db8::1]'), '2001:db8::1')
    assert.equal(callerOf('2001:0db8::0001'), '2001:db8::1')
    for (const mapped of ['::ffff:203.0.113.9', '::ffff:cb00:7109', '[0:0:0:0:0:FFFF:cb00:7109]:4711'])
      assert.equal(callerOf(mapped), '203.0.113.9')
  })

  it('is the proxy’s when the header ends with no address, which is told once', () => {
    const proxies = new TrustedProxies([PROXY], (...problem) => problems.push(problem))
    const texts = ['', 'unknown', '203.0.113', '203.0.113.9:', '203.0.113.9:port', '[203.0.113.9', 'fe80::1%eth0', '_x']
    const long = `${' '.repeat(30_000)}1${'0'.repeat(100)}.1.1.1`
    for (const text of [...texts, long])
      assert.equal(proxies.callerOf(PROXY, ['x-forwarded-for', `1.2.3.4, ${text}`]), PROXY, text)
    assert.deepEqual(problems, [['unreadable', PROXY]])
  })

  it('is the peer’s when that is no trusted proxy, which is told once', () => {
    for (const peer of ['198.51.100.4', '198.51.100.5'])
      assert.equal(proxies.callerOf(peer, ['X-FORWARDED-FOR', '203.0.113.9']), peer)
    assert.deepEqual(problems, [['untrusted', '198.51.100.4']])
  })

  it('is read within bounds, however long the header is', () => {
    const began = performance.now()
    const chain = '192.168.0.1,'.repeat(100_000)
    assert.equal(proxies.callerOf(PROXY, ['x-forwarded-for', `203.0.113.9,${chain}192.168.0.2`]), '192.168.0.1')
    assert.ok(performance.now() - began < 1_000)
  })
})

describe('a trusted proxy', () => {
  realSockets()

  it('is given as an address or a network', () => {
    for (const good of ['192.0.2.7', '10.0.0.0/8', '0.0.0.0/1', '2001:db8::/32', '::1'])
      assert.ok(isNetwork(good), good)
    for (const bad of [
      '',
      'localhost',
      '10.0.0/8',
      '10.0.0.0/33',
      '10.0.0.0/',
      '10.0.0.0/-1',
      '::/129',
      'fe80::1%eth0',
      '1.2.3.4/8/8',
    ])
      assert.ok(!isNetwork(bad), bad)
  })

  it('is not everyone', () => {
    for (const network of ['0.0.0.0/0', '10.0.0.0/0', '::/0']) {
      const broken = axonRules({ trustedProxy: ['10.0.0.0/8', network] })
      assert.deepEqual(
        broken.map(({ setting, ...rest }) => [setting, 'at' in rest && rest.at]),
        [['trustedProxy', [1]]],
      )
    }
    assert.deepEqual(axonRules({ trustedProxy: ['0.0.0.0/1', '::1'] }), [])
  })

  it('names the caller of each request on its connection, in the records and the reply', async () => {
    await using axon = await startAxon({ trustedProxies: ['127.0.0.0/8'] })
    using proxy = await RawConnection.open(axon.port)
    for (const address of ['203.0.113.9', '2001:db8::1']) {
      const answered = told(axon, 'answered')
      const headers = { 'x-forwarded-for': `1.2.3.4, ${address}` }
      const got = await proxy.write(bytesOf(signedRequest({ headers }))).reply()
      assert.equal(got?.json.dendrite.ip, address)
      assert.equal((await answered).address, address)
    }
  })

  it('is not one by sending the header', async () => {
    const problems: unknown[] = []
    await using axon = await startAxon({ onProxyProblem: (...problem) => problems.push(problem) })
    const headers = { 'x-forwarded-for': '203.0.113.9' }
    for (let at = 0; at < 3; at++)
      assert.equal((await send(axon.url, signedRequest({ headers }))).json.dendrite.ip, '127.0.0.1')
    assert.deepEqual(problems, [['untrusted', '127.0.0.1']])
  })

  it('has no budget of failed proofs by its own address, and each of its callers has one', async () => {
    const limits = { failedProofs: 2, failedProofsPerSecond: 0.01 }
    await using axon = await startAxon({ trustedProxies: ['127.0.0.1'], limits })
    const ask = (text: string | undefined, address: string | null) =>
      send(axon.url, signedRequest({ by: charlie, ...(text && { text }), headers: { 'x-forwarded-for': address } }))
    for (let at = 0; at < 10; at++) assertRefused(await ask('forged', null), 401, /Signature mismatch/)
    for (let at = 0; at < 2; at++) assertRefused(await ask('forged', '203.0.113.9'), 401, /Signature mismatch/)
    assertRefused(await ask('forged', '203.0.113.9'), 429, /did not verify/)
    assert.equal((await ask(undefined, '203.0.113.10')).status, 200)
  })

  it('has connections on which a caller gains nothing by the proof of another', async () => {
    const limits = { failedProofs: 1, failedProofsPerSecond: 0.01 }
    await using axon = await startAxon({ trustedProxies: ['127.0.0.1'], limits })
    using proxy = await RawConnection.open(axon.port)
    const ask = (address: string, text?: string) =>
      proxy.write(bytesOf(signedRequest({ ...(text && { text }), headers: { 'x-forwarded-for': address } }))).reply()
    assert.equal((await ask('203.0.113.9'))?.status, 200)
    assert.equal((await ask('203.0.113.10', 'forged'))?.status, 401)
    assertRefused(await ask('203.0.113.10', 'forged'), 429, /did not verify/)
    // The one that proved itself has three: on the connection, of its address, and its reserve there.
    for (let at = 0; at < 3; at++) assert.equal((await ask('203.0.113.9', 'forged'))?.status, 401)
    assertRefused(await ask('203.0.113.9', 'forged'), 429, /did not verify/)
  })

  it('has connections that count alone until a hotkey is proven on them', async () => {
    await using axon = await startAxon({ trustedProxies: ['127.0.0.1'], limits: { connections: 3 } })
    const connections = await Promise.all([1, 2, 3].map(() => RawConnection.open(axon.port)))
    assert.equal((await connections[0]!.write(bytesOf(signedRequest())).reply())?.status, 200)
    const { top } = axon.load().connections
    assert.deepEqual(
      top.map(({ kind, amount }) => [kind, amount]),
      [
        ['hotkey', 1],
        ['network', 1],
        ['network', 1],
      ],
    )
    using newcomer = await RawConnection.open(axon.port)
    assert.equal((await newcomer.write('GET /healthz HTTP/1.1\r\n\r\n').reply())?.status, 200)
    assert.equal(connections[0]!.socket.destroyed, false)
    for (const { socket } of connections) socket.destroy()
  })
})
