import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { readPage } from '#dist/admin/http/page-files.js'
import { openAdmin } from '#dist/admin/open-admin.js'
import { realSockets } from '../axon/real-sockets.ts'
import { type Asked, ask, startAdmin, token } from './start-admin.ts'

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

describe('the replies of the admin port', () => {
  realSockets()

  it('have the headers that keep a browser safe, whatever the reply', async () => {
    await using admin = await startAdmin()
    const asked: [number, Asked][] = [
      [200, { path: '/' }],
      [200, { path: '/app.js' }],
      [200, {}],
      [200, { path: '/metrics' }],
      [200, { path: '/healthz' }],
      [200, { path: '/api/events', method: 'HEAD' }],
      [400, { path: '/api/history?window=1y' }],
      [400, { headers: { 'A ': 'b' } }],
      [401, { path: '/', headers: { Authorization: null } }],
      [403, { headers: { Origin: 'null' } }],
      [404, { path: '/nothing' }],
      [405, { method: 'DELETE' }],
      [421, { headers: { Host: 'x' } }],
      [431, { headers: { A: 'x'.repeat(20_000) } }],
    ]
    for (const [status, one] of asked) {
      const { headers, ...reply } = await ask(admin, one)
      assert.equal(reply.status, status, JSON.stringify(one).slice(0, 100))
      assert.equal(headers['content-security-policy'], policy)
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.equal(headers['referrer-policy'], 'no-referrer')
      assert.equal(headers['cross-origin-resource-policy'], 'same-origin')
      assert.equal(headers['cache-control'], 'no-store')
    }
  })

  it('change nothing: other methods than GET and HEAD get 405, apart from the login', async () => {
    await using admin = await startAdmin()
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'])
      for (const path of ['/', '/api/status', '/metrics', '/healthz']) {
        const { status, headers } = await ask(admin, { method, path })
        assert.deepEqual([status, headers.allow], [405, 'GET, HEAD'], `${method} ${path}`)
      }
    assert.equal((await ask(admin, { path: '/login' })).status, 404)
    assert.equal((await ask(admin, { path: '/login', method: 'PUT' })).headers.allow, 'POST')
  })

  it('have no body for HEAD', async () => {
    await using admin = await startAdmin()
    for (const path of ['/', '/api/status', '/metrics', '/readyz']) {
      const [get, head] = [await ask(admin, { path }), await ask(admin, { path, method: 'HEAD' })]
      assert.equal(head.status, 200)
      assert.equal(head.body, '')
      assert.equal(head.headers['content-length'], get.headers['content-length'])
    }
  })

  it('serve the files of the page by a fixed list', async () => {
    await using admin = await startAdmin()
    const page = await ask(admin, { path: '/' })
    assert.match(page.body, /^<!doctype html>/)
    assert.equal(page.headers['content-type'], 'text/html; charset=utf-8')
    const files = [...page.body.matchAll(/(?:href|src)="(\/[^"]+)"/g)].map(([, path]) => path!)
    assert.ok(files.length > 3)
    for (const path of files)
      assert.equal((await ask(admin, { path, headers: { Authorization: null } })).status, 200, path)
    for (const path of [
      '/../package.json',
      '/..%2fpackage.json',
      '/style',
      '/index.html',
      '/tsconfig.json',
      '//app.js',
    ])
      assert.equal((await ask(admin, { path })).status, 404, path)
  })

  it('give the figures that are asked for, and 400 for others', async () => {
    await using admin = await startAdmin()
    const json = async (path: string) => JSON.parse((await ask(admin, { path })).body)
    assert.equal((await json('/api/status')).at, 1)
    assert.equal((await json('/api/history')).window, '5m')
    assert.equal((await json('/api/history?window=24h')).window, '24h')
    assert.equal((await json('/api/requests')).requests.length, 3)
    assert.equal((await json('/api/requests?limit=2')).requests.length, 2)
    for (const query of ['limit=0', 'limit=501', 'limit=1.5', 'limit=x', 'limit='])
      assert.equal((await ask(admin, { path: `/api/requests?${query}` })).status, 400, query)
  })

  it('mask an error, which the log has', async () => {
    await using admin = await startAdmin()
    admin.figures.isBroken = true
    const { status, body } = await ask(admin)
    assert.deepEqual([status, body], [500, 'Internal Server Error\n'])
    assert.equal((admin.errors[0] as Error).message, 'a secret detail')
  })

  it('bound what a caller may send: the head, its time, and a body that nothing asked for', async () => {
    await using admin = await startAdmin()
    const socket = connect(admin.port, '127.0.0.1')
    // Half a head: the port hangs up after some seconds.
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n')
    assert.match(await text(socket), /^HTTP\/1\.1 408 /)
    const { headers } = await ask(admin, { headers: { Connection: 'keep-alive', 'Content-Length': '1000000' } })
    assert.equal(headers.connection, 'close')
  })

  it('bound how many connections there are', async () => {
    await using admin = await startAdmin()
    const open = Array.from({ length: 128 }, () => connect(admin.port, '127.0.0.1'))
    await Promise.all(open.map(socket => once(socket, 'connect')))
    // Its connections reach the server in their order, so by the end of this one it has counted all.
    const late = connect(admin.port, '127.0.0.1')
    late.on('error', () => {})
    await once(late, 'close')
    for (const socket of open) socket.destroy()
  })

  it('tell that the miner starts, until its axon is open', async () => {
    const page = await readPage()
    const options = { host: '127.0.0.1', port: 0, allowedHosts: [], token, page, onError: assert.ifError }
    await using admin = await openAdmin(options)
    const probe = async (path: string) => {
      const { status, body } = await ask(admin, { path })
      return [status, body]
    }
    assert.deepEqual(await probe('/healthz'), [200, 'ok\n'])
    assert.deepEqual(await probe('/startupz'), [503, 'starting\n'])
    assert.deepEqual(await probe('/readyz'), [503, 'starting\n'])
    for (const path of ['/api/status', '/api/events', '/metrics'])
      assert.equal((await ask(admin, { path })).status, 503, path)
    assert.equal((await ask(admin, { headers: { Authorization: null } })).status, 401)
    assert.equal((await ask(admin, { path: '/' })).status, 200)
  })

  it('refuse a tunnel', async () => {
    await using admin = await startAdmin()
    assert.equal((await ask(admin, { method: 'CONNECT', path: 'example.com:80' })).status, 405)
  })
})
