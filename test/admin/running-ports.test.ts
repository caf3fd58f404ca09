import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runningAdmins, tellRunning } from '#dist/admin/running-ports.js'

const about = { url: 'http://127.0.0.1:9091', token: 'a secret', tokenFile: null, hotkey: '5F…', netuid: 1 }

describe('the files of running admin ports', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'miner-running-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  const files = () => readdirSync(join(folder, 'running')).map(name => join(folder, 'running', name))

  it('tell other commands of this user where a port is and what opens it, until it closes', async () => {
    assert.deepEqual(await runningAdmins(folder), [])
    {
      await using _one = await tellRunning(folder, about)
      await using _other = await tellRunning(folder, { ...about, url: 'http://127.0.0.1:9092' })
      for (const file of files()) assert.equal(statSync(file).mode & 0o777, 0o600)
      assert.equal(statSync(join(folder, 'running')).mode & 0o777, 0o700)
      const found = await runningAdmins(folder)
      assert.deepEqual(found.map(({ url }) => url).sort(), ['http://127.0.0.1:9091', 'http://127.0.0.1:9092'])
      assert.deepEqual([found[0]!.pid, found[0]!.token, found[0]!.netuid], [process.pid, 'a secret', 1])
    }
    assert.deepEqual(files(), [])
    assert.deepEqual(await runningAdmins(folder), [])
  })

  it('end with a process that exits without closing anything', async () => {
    const code = `
      const { tellRunning } = await import('#dist/admin/running-ports.js')
      await tellRunning(${JSON.stringify(folder)}, ${JSON.stringify(about)})
      process.exit(3)`
    const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', code])
    assert.equal(status, 3)
    assert.deepEqual(files(), [])
  })

  it('are ignored, and removed, when their process was killed', async () => {
    const code = `
      const { tellRunning } = await import('#dist/admin/running-ports.js')
      await tellRunning(${JSON.stringify(folder)}, ${JSON.stringify(about)})
      console.log('told')
      setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', code])
    await once(child.stdout, 'data')
    assert.equal((await runningAdmins(folder)).length, 1)
    child.kill('SIGKILL')
    await once(child, 'close')
    assert.equal(files().length, 1)
    assert.deepEqual(await runningAdmins(folder), [])
    assert.deepEqual(files(), [])
  })

  it('are ignored when they cannot be trusted, or are of another container', async () => {
    await using _open = await tellRunning(folder, about)
    const [file = ''] = files()
    const text = readFileSync(file, 'utf8')
    const beside = (name: string) => join(folder, 'running', name)
    writeFileSync(beside('open.json'), text, { mode: 0o644 })
    chmodSync(beside('open.json'), 0o644)
    symlinkSync(file, beside('link.json'))
    writeFileSync(beside('half.json'), text.slice(0, 20), { mode: 0o600 })
    writeFileSync(beside('elsewhere.json'), JSON.stringify({ ...JSON.parse(text), place: 'elsewhere' }), {
      mode: 0o600,
    })
    assert.equal((await runningAdmins(folder)).length, 1)
    assert.equal(files().length, 5)
  })
})
