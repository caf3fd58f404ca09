import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { lockPlugins } from '#dist/cli/plugins/lock.js'

const module = fileURLToPath(new URL('../../../dist/cli/plugins/lock.js', import.meta.url))

describe('lockPlugins', () => {
  let folder: string
  let file: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'miner-lock-'))
    file = join(folder, 'plugins.lock')
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const waits: string[] = []
  const take = (options: { maxMs?: number; silentMs?: number } = {}) =>
    lockPlugins(folder, { command: 'plugins:update', onWait: holder => waits.push(holder), ...options })

  /** Another process that holds the lock until it is killed. */
  async function otherHolder() {
    const code = `const { lockPlugins } = await import(process.argv[1])
      const lock = await lockPlugins(process.argv[2], { command: 'plugins:install', onWait() {} })
      process.on('message', pid => lock.coverNpm(pid).then(() => process.send('covered')))
      process.send('held')
      setInterval(() => {}, 1e6)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', code, module, folder], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    await once(child, 'message')
    return child
  }

  async function killed(child: ReturnType<typeof spawn>): Promise<void> {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  it('is held by one at a time, and taken in turn', async () => {
    let holders = 0
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        await using _lock = await take()
        assert.equal(++holders, 1)
        await new Promise(setImmediate)
        holders--
      }),
    )
    assert.ok(!existsSync(file))
  })

  it('says once who holds it, and gives up after its bound', async () => {
    const child = await otherHolder()
    waits.length = 0
    await assert.rejects(take({ maxMs: 500 }), (error: Error & { code: string; hint: string }) => {
      assert.equal(error.code, 'PLUGINS_LOCKED')
      assert.match(error.message, new RegExp(`miner plugins:install, process ${child.pid} on ${hostname()}$`))
      assert.ok(error.hint.includes(`delete ${file}`))
      return true
    })
    assert.deepEqual(waits, [`miner plugins:install, process ${child.pid} on ${hostname()}`])
    await killed(child)
  })

  it('is taken from a process that was killed, at once', async () => {
    await killed(await otherHolder())
    assert.ok(existsSync(file))
    waits.length = 0
    await using _lock = await take()
    assert.deepEqual(waits, [])
  })

  it('stays with the npm of a process that was killed, until that ends', async () => {
    const npm = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'])
    const child = await otherHolder()
    child.send(npm.pid!)
    await once(child, 'message')
    await killed(child)
    await assert.rejects(take({ maxMs: 500 }), { code: 'PLUGINS_LOCKED' })
    await killed(npm)
    await using _lock = await take()
  })

  it('is taken when its pid is another process’s by now, as in a container that was started again', async () => {
    const child = await otherHolder()
    const holder = JSON.parse(readFileSync(file, 'utf8'))
    await killed(child)
    for (const stale of [
      { ...holder, pid: process.pid },
      { ...holder, covers: { ...holder, pid: process.pid } },
    ]) {
      writeFileSync(file, JSON.stringify(stale))
      waits.length = 0
      await using _lock = await take({ maxMs: 2_000 })
      assert.deepEqual(waits, [])
    }
  })

  it('is taken from a process that has ended, and whose parent does not notice', async () => {
    // Bash becomes a program that waits for no child.
    const code = `sleep 1e-3 & echo $!; exec sleep 60`
    const parent = spawn('bash', ['-c', code], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = await once(parent.stdout!, 'data')
    const child = await otherHolder()
    const holder = JSON.parse(readFileSync(file, 'utf8'))
    await killed(child)
    const { started: _started, ...ended } = { ...holder, pid: Number(String(line)) }
    writeFileSync(file, JSON.stringify(ended))
    await using _lock = await take({ maxMs: 30_000 })
    await killed(parent)
  })

  it('is not overwritten by a process that lost it while it was suspended', async () => {
    const lock = await take()
    const other = JSON.stringify({ token: 'theirs' })
    writeFileSync(file, other)
    await assert.rejects(lock.coverNpm(process.pid), { code: 'PLUGINS_LOCKED' })
    assert.equal(readFileSync(file, 'utf8'), other)
    rmSync(file)
    await assert.rejects(lock.coverNpm(process.pid), { code: 'PLUGINS_LOCKED' })
    assert.ok(!existsSync(file))
    await lock[Symbol.asyncDispose]()
  })

  it('of another machine is left behind when nothing touches it any more, whatever its clock says', async () => {
    const holder = { token: 'theirs', command: 'plugins:install', pid: 1, place: 'elsewhere', host: 'other' }
    writeFileSync(file, JSON.stringify(holder))
    await assert.rejects(take({ maxMs: 500, silentMs: 60_000 }), { code: 'PLUGINS_LOCKED' })
    await using _lock = await take({ silentMs: 500 })
    assert.equal(JSON.parse(readFileSync(file, 'utf8')).pid, process.pid)
  })

  it('that was cut while it was written is left behind, too', async () => {
    writeFileSync(file, '{"tok')
    await using _lock = await take({ silentMs: 300 })
  })

  it('is given back by the one that took it only', async () => {
    const lock = await take()
    const other = JSON.stringify({ token: 'theirs' })
    writeFileSync(file, other)
    await lock[Symbol.asyncDispose]()
    assert.equal(readFileSync(file, 'utf8'), other)
  })

  it('names the folder that cannot be written', async () => {
    writeFileSync(join(folder, 'file'), '')
    await assert.rejects(lockPlugins(join(folder, 'file', 'data'), { command: 'x', onWait() {} }), {
      code: 'DATA_FOLDER_UNWRITABLE',
      message: `the folder for plugins, ${folder}/file/data, cannot be used: a part of the path is not a folder`,
    })
  })
})
