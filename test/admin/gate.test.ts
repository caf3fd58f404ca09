import assert from 'node:assert/strict'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import { realSockets } from '../axon/real-sockets.ts'
import { type Asked, ask, send, startAdmin, token } from './start-admin.ts'

/** Every kind of path that the port has. */
const paths = ['/', '/app.js', '/api/status', '/api/events', '/metrics', '/healthz', '/nothing']
const noToken = { Authorization: null }

describe('the admin port', () => {
  realSockets()

  describe('the host that is asked', () => {
    const withHost = (Host: string | readonly string[] | null, more: Asked = {}): Asked => ({
      ...more,
      headers: { ...more.headers, Host },
    })

    it('may be a loopback name, in any case and with any port', async () => {
      await using admin = await startAdmin()
      for (const host of ['localhost', 'LocalHost:1', '127.0.0.1', '127.8.9.1:9091', '[::1]:5'])
        assert.equal((await ask(admin, withHost(host))).status, 200, host)
    })

    it('may be one that the operator allows', async () => {
      await using admin = await startAdmin({ allowedHosts: ['Miner.example.com'] })
      assert.equal((await ask(admin, withHost('miner.example.COM:443'))).status, 200)
      assert.equal((await ask(admin, withHost('example.com'))).status, 421)
    })

    it('may be the name that it listens at', async () => {
      await using admin = await startAdmin({ host: '127.1' }) // a name to Node, which the system resolves
      assert.equal((await ask(admin, withHost(`127.1:${admin.port}`))).status, 200)
      await using everywhere = await startAdmin({ host: '0.0.0.0' })
      assert.equal((await ask(everywhere, withHost('0.0.0.0'))).status, 421)
    })

    it('may be the address that the connection came to', async function () {
      const own = Object.values(networkInterfaces())
        .flat()
        .find(one => one && one.family === 'IPv4' && !one.internal)
      if (!own) this.skip()
      await using admin = await startAdmin({ host: '0.0.0.0' })
      assert.equal((await ask(admin, withHost(`${own.address}:1`, { at: own.address }))).status, 200)
      assert.equal((await ask(admin, withHost(own.address))).status, 421)
    })

    it('gets no word to go on, either', async () => {
      await using admin = await startAdmin()
      const upload = { path: '/login', method: 'POST', headers: { Expect: '100-continue', 'Content-Length': '2' } }
      assert.equal((await ask(admin, withHost('attacker.example', upload))).status, 421)
      assert.equal((await ask(admin, withHost('localhost', upload))).status, 100)
    })

    it('gets 421 else, before anything else is looked at, on every path', async () => {
      await using admin = await startAdmin()
      const wrong = [
        'attacker.example',
        'localhost.attacker.example',
        '127.0.0.1.attacker.example',
        '0.0.0.0',
        '192.0.2.7',
        'local host',
        '@localhost',
        '',
        null,
        ['localhost', 'attacker.example'],
      ]
      for (const host of wrong)
        for (const path of paths)
          assert.equal((await ask(admin, withHost(host, { path }))).status, 421, `${host} ${path}`)
      const evil = { headers: { Origin: 'http://attacker.example', Authorization: 'Bearer wrong' }, method: 'DELETE' }
      assert.equal((await ask(admin, withHost('attacker.example', evil))).status, 421)
    })
  })

  describe('the site that asks', () => {
    it('is refused with 403 when it is another one, before the method and the token', async () => {
      await using admin = await startAdmin()
      const foreign = [
        { Origin: 'https://attacker.example' },
        { Origin: 'null' },
        { Origin: 'http://localhost:1' },
        { Origin: `http://127.0.0.1:${admin.port}.attacker.example` },
        { Origin: `http://attacker.example@127.0.0.1:${admin.port}` },
        { 'Sec-Fetch-Site': 'cross-site' },
        { 'Sec-Fetch-Site': 'same-origin, cross-site' },
        { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' },
        { 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Mode': 'no-cors' },
        { 'Sec-Fetch-Site': 'same-site' },
      ]
      for (const headers of foreign)
        for (const path of [...paths, '/login']) {
          const { status, headers: got } = await ask(admin, {
            path,
            method: 'POST',
            headers: { ...headers, ...noToken },
          })
          assert.equal(status, 403, `${JSON.stringify(headers)} ${path}`)
          assert.equal(Object.keys(got).filter(name => name.startsWith('access-control')).length, 0)
        }
    })

    it('may be the page itself, also behind a proxy that speaks TLS', async () => {
      await using admin = await startAdmin({ allowedHosts: ['miner.example.com'] })
      const own = [
        { Origin: `http://127.0.0.1:${admin.port}`, 'Sec-Fetch-Site': 'same-origin' },
        { Host: 'miner.example.com', Origin: 'https://miner.example.com' },
        { 'Sec-Fetch-Site': 'none' },
        { 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Mode': 'navigate' },
      ]
      for (const headers of own) assert.equal((await ask(admin, { headers })).status, 200, JSON.stringify(headers))
    })

    it('gets no header that lets it read, also when it asks first', async () => {
      await using admin = await startAdmin()
      const headers = { Origin: 'https://attacker.example', 'Access-Control-Request-Method': 'POST' }
      const { status, headers: got } = await ask(admin, { method: 'OPTIONS', path: '/login', headers })
      assert.equal(status, 403)
      assert.ok(Object.keys(got).every(name => !name.startsWith('access-control')))
    })
  })

  describe('the token', () => {
    it('opens the page, the figures and the events; without it they reply 401', async () => {
      await using admin = await startAdmin()
      for (const path of ['/', '/api/status', '/api/history', '/api/requests', '/api/events', '/nothing']) {
        assert.equal((await ask(admin, { path, headers: noToken })).status, 401, path)
        const method = path === '/api/events' ? 'HEAD' : 'GET'
        assert.equal((await ask(admin, { path, method })).status, path === '/nothing' ? 404 : 200, path)
      }
    })

    it('is refused when it is another one, however close', async () => {
      await using admin = await startAdmin()
      for (const wrong of [token.slice(1), `${token}a`, token.toUpperCase(), '']) {
        const { status, headers } = await ask(admin, { headers: { Authorization: `Bearer ${wrong}` } })
        assert.equal(status, 401)
        assert.equal(headers['www-authenticate'], 'Bearer')
      }
    })

    it('is not read from the query', async () => {
      await using admin = await startAdmin()
      for (const name of ['token', 'access_token'])
        assert.equal((await ask(admin, { path: `/api/status?${name}=${token}`, headers: noToken })).status, 401)
    })

    it('opens /metrics, too, unless only this machine can ask', async () => {
      await using local = await startAdmin()
      assert.equal((await ask(local, { path: '/metrics', headers: noToken })).status, 200)
      await using open = await startAdmin({ host: '0.0.0.0' })
      assert.equal((await ask(open, { path: '/metrics', headers: noToken })).status, 401)
      assert.equal((await ask(open, { path: '/metrics' })).body, 'a_metric 1\n')
      // A proxy of this machine asks for others.
      await using behind = await startAdmin({ allowedHosts: ['miner.example.com'] })
      const Host = 'miner.example.com'
      assert.equal((await ask(behind, { path: '/metrics', headers: { ...noToken, Host } })).status, 401)
      assert.equal((await ask(behind, { path: '/metrics', headers: { Host } })).status, 200)
    })

    it('is not needed by the probes, which say a word', async () => {
      let word: 'ready' | 'draining' | 'chain' | 'store' = 'ready'
      await using admin = await startAdmin({ host: '0.0.0.0', readiness: () => word })
      const probe = async (path: string) => {
        const { status, body } = await ask(admin, { path, headers: noToken })
        return [status, body]
      }
      assert.deepEqual(await probe('/healthz'), [200, 'ok\n'])
      assert.deepEqual(await probe('/startupz'), [200, 'started\n'])
      assert.deepEqual(await probe('/readyz'), [200, 'ready\n'])
      for (const why of ['draining', 'chain', 'store'] as const) {
        word = why
        assert.deepEqual(await probe('/readyz'), [503, `${why}\n`])
        assert.deepEqual(await probe('/healthz'), [200, 'ok\n'])
      }
    })

    it('has an address wait a minute after ten wrong ones, but not one that has the right one', async () => {
      await using admin = await startAdmin()
      const wrong = { headers: { Authorization: 'Bearer wrong' } }
      for (let tries = 0; tries < 5; tries++) {
        assert.equal((await ask(admin, wrong)).status, 401)
        assert.equal((await login(admin, 'wrong')).status, 401)
      }
      for (const late of [await ask(admin, wrong), await login(admin, 'wrong')]) {
        assert.equal(late.status, 429)
        assert.ok(Number(late.headers['retry-after']) <= 60 && Number(late.headers['retry-after']) >= 1)
      }
      // Behind a proxy all have one address.
      assert.equal((await ask(admin)).status, 200)
      const Cookie = (await login(admin, token)).headers['set-cookie']!.split(';')[0]!
      assert.equal((await ask(admin, { headers: { ...noToken, Cookie } })).status, 200)
      // Without a token there is nothing to guess, and other addresses do not wait.
      assert.equal((await ask(admin, { headers: noToken })).status, 401)
      assert.equal((await ask(admin, { path: '/healthz', headers: noToken })).status, 200)
    })
  })

  describe('POST /login', () => {
    it('leaves nothing in the log when its caller hangs up', async () => {
      await using admin = await startAdmin()
      const headers = {
        ...noToken,
        'Content-Type': 'application/json',
        'Content-Length': '100',
        Connection: 'keep-alive',
      }
      for (let tries = 0; tries < 5; tries++) {
        const socket = send(admin, { method: 'POST', path: '/login', headers })
        const closed = once(socket, 'close')
        socket.write('{"tok', () => socket.destroy())
        await closed
      }
      assert.equal((await ask(admin)).status, 200)
      assert.deepEqual(admin.errors, [])
    })

    it('makes of the token a cookie that scripts cannot read and other sites cannot send', async () => {
      await using admin = await startAdmin()
      const { status, headers } = await login(admin, token)
      assert.equal(status, 200)
      const [pair = '', ...attributes] = headers['set-cookie']!.split('; ')
      assert.deepEqual(attributes, ['Path=/', 'HttpOnly', 'SameSite=Strict'])
      assert.ok(!pair.includes(token))
      assert.match(pair, new RegExp(`^miner-admin-${admin.port}=`))
      // Another program of this host may have set one of the same name, for a longer path: it comes first.
      const added = `miner-admin-${admin.port}=x`
      for (const Cookie of [pair, `other=1; ${pair}`, `${pair}; other=1`, `${added}; ${pair}`])
        assert.equal((await ask(admin, { headers: { ...noToken, Cookie } })).status, 200)
      // A proxy may add an authorization of its own.
      assert.equal((await ask(admin, { headers: { Authorization: 'Basic eDp5', Cookie: pair } })).status, 200)
    })

    it('makes it for TLS only when a proxy in front speaks it', async () => {
      await using admin = await startAdmin()
      const { headers } = await login(admin, token, { 'X-Forwarded-Proto': 'https' })
      assert.match(headers['set-cookie']!, /; Secure$/)
    })

    it('has a browser forget a cookie of another token', async () => {
      await using admin = await startAdmin()
      const { status, headers } = await ask(admin, { headers: { ...noToken, Cookie: `miner-admin-${admin.port}=old` } })
      assert.equal(status, 401)
      assert.match(headers['set-cookie']!, new RegExp(`^miner-admin-${admin.port}=; Max-Age=0;`))
    })

    it('takes JSON only, and little of it', async () => {
      await using admin = await startAdmin()
      const post = (body: string, type: string | null = 'application/json') =>
        ask(admin, { method: 'POST', path: '/login', headers: { ...noToken, 'Content-Type': type }, body })
      assert.equal((await post(JSON.stringify({ token }), 'text/plain')).status, 415)
      assert.equal((await post(JSON.stringify({ token }), null)).status, 415)
      for (const body of ['', 'null', '{}', '[]', '{"token":1}', '{"token"'])
        assert.equal((await post(body)).status, 400, body)
      assert.equal((await post(JSON.stringify({ token: 'x'.repeat(100_000) }))).status, 413)
      assert.equal((await post(JSON.stringify({ token }), 'application/json; charset=utf-8')).status, 200)
    })
  })
})

function login(admin: Awaited<ReturnType<typeof startAdmin>>, as: string, headers: Asked['headers'] = {}) {
  const all = { ...noToken, 'Content-Type': 'application/json', ...headers }
  return ask(admin, { method: 'POST', path: '/login', headers: all, body: JSON.stringify({ token: as }) })
}
