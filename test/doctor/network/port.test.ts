import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { listenersOn } from '#dist/doctor/network/listeners.js'
import { checkPort, type PortCheck } from '#dist/doctor/network/port.js'
import { startPortHolder } from '../../support/port-holder.ts'

const hasProc = process.platform === 'linux'
const check = (options: Partial<PortCheck>) =>
  checkPort({
    port: 0,
    host: '127.0.0.1',
    running: null,
    listenersOn,
    isOwnAxon: async () => false,
    announces: true,
    ...options,
  })

describe('the check of the port', () => {
  it('finds a port free', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    assert.deepEqual(await check({ port }).then(({ verdict, message }) => [verdict, message]), [
      'ok',
      `port ${port} is free`,
    ])
  })

  for (const host of ['127.0.0.1', '0.0.0.0', '::', undefined])
    it(`names the program that holds the port on ${host ?? 'every address'}`, async function () {
      if (!hasProc) this.skip()
      const holder = await startPortHolder(host).catch(() => null)
      if (holder === null) return this.skip() // a machine without IPv6
      await using _ = holder
      const { port, pid } = holder
      const found = await check({ port, host: host === '127.0.0.1' ? host : undefined })
      assert.deepEqual([found.verdict, found.code], ['fault', 'PORT_TAKEN'])
      assert.equal(found.message, `port ${port} is held by process ${pid} (${process.execPath})`)
      assert.equal(found.hint, `kill ${pid}, if it is not needed; or choose another port with --axon-port`)
    })

  it('tells nothing of a command line from its first flag on, which may hold a secret', async function () {
    if (!hasProc) this.skip()
    await using holder = await startPortHolder('127.0.0.1')
    assert.deepEqual(await listenersOn(holder.port), [
      { pid: holder.pid, command: process.execPath, uid: process.getuid!() },
    ])
  })

  it('knows the miner that runs, by its process', async function () {
    if (!hasProc) this.skip()
    await using holder = await startPortHolder('127.0.0.1')
    const found = await check({ port: holder.port, running: holder })
    assert.deepEqual(
      [found.verdict, found.message],
      ['ok', `port ${holder.port} is held by the miner that runs, process ${holder.pid}`],
    )
  })

  it('knows an axon of this hotkey, by its answer', async () => {
    await using holder = await startPortHolder('127.0.0.1')
    const found = await check({ port: holder.port, isOwnAxon: async port => port === holder.port })
    assert.equal(found.verdict, 'ok')
  })

  it('says how to find a program that this user may not see', async () => {
    await using holder = await startPortHolder('127.0.0.1')
    const { port } = holder
    const found = await check({ port, listenersOn: async () => [{ pid: null, command: '', uid: 4711 }] })
    assert.equal(found.message, `port ${port} is held by a program of the user with id 4711`)
    assert.match(found.hint!, /^sudo ss -ltnp 'sport = :\d+' shows which/)
    assert.match((await check({ port, listenersOn: async () => [] })).message, /held by another program$/)
  })

  it('finds an address that this machine does not have', async () => {
    assert.equal((await check({ port: 8091, host: '192.0.2.1' })).code, 'HOST_FOREIGN')
  })

  it('finds an address on which it cannot listen for another reason', async () => {
    const found = await check({ port: 8091, host: 'no host' })
    assert.deepEqual(
      [found.verdict, found.code, found.hint],
      ['fault', 'PORT_UNUSABLE', 'check --axon-host and --axon-port'],
    )
  })

  it('finds a port of root', function () {
    const lowest = '/proc/sys/net/ipv4/ip_unprivileged_port_start'
    if (!existsSync(lowest) || Number(readFileSync(lowest, 'utf8')) <= 80) this.skip() // a system may let all
    // Root may listen on any port, so the check runs as another user.
    const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
    const module = fileURLToPath(import.meta.resolve('#dist/doctor/network/port.js'))
    const code = `import { checkPort } from ${JSON.stringify(module)}
      const none = { running: null, announces: true, listenersOn: async () => [], isOwnAxon: async () => false }
      console.log(JSON.stringify(await checkPort({ port: 80, host: '127.0.0.1', ...none })))`
    const options = { encoding: 'utf8', cwd: '/', ...user } as const
    const canRead = `await import(${JSON.stringify(module)})`
    if (spawnSync(process.execPath, ['--input-type=module', '-e', canRead], options).status !== 0) this.skip() // that user may not read this folder
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], options)
    assert.equal(JSON.parse(stdout || '{}').code, 'PORT_FORBIDDEN', `${stdout}${stderr}`)
  })

  it('warns of a port that each start picks anew, where it is announced', async () => {
    assert.deepEqual([(await check({ port: 0 })).verdict, (await check({ port: 0 })).code], ['warning', 'PORT_CHANGES'])
    assert.equal((await check({ port: 0, announces: false })).verdict, 'ok')
  })
})
