import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { memoryLimit } from '#dist/doctor/machine/cgroup.js'
import { checkMemory } from '#dist/doctor/machine/memory.js'

const MiB = 1024 ** 2

describe('the check of memory', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'doctor-memory-'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  const write = (files: Readonly<Record<string, string>>) => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
  }
  const subject = () => ({ pid: 'self', label: 'this shell', proc: join(root, 'proc') }) as const
  const check = (need: { readonly bodies?: number; readonly decrypts?: boolean } = {}) =>
    checkMemory(subject(), { bodies: 64 * MiB, decrypts: false, ...need, cgroups: join(root, 'cgroup') })
  const available = (mebibytes: number) => `MemTotal:  16000000 kB\nMemAvailable:   ${mebibytes * 1024} kB\n`

  it('finds the lowest limit of version 2, of the group and of its parents', async () => {
    write({
      'proc/self/cgroup': '0::/system.slice/miner.service\n',
      'cgroup/system.slice/memory.max': `${100 * MiB}\n`,
      'cgroup/system.slice/memory.current': `${40 * MiB}\n`,
      'cgroup/system.slice/miner.service/memory.max': 'max\n',
    })
    assert.deepEqual(await memoryLimit(subject(), join(root, 'cgroup')), {
      bytes: 100 * MiB,
      inUse: 40 * MiB,
      file: join(root, 'cgroup/system.slice/memory.max'),
    })
    const { verdict, code, hint } = await check()
    assert.deepEqual([verdict, code], ['fault', 'MEMORY_TOO_SMALL'])
    assert.match(
      hint!,
      /^raise .*system\.slice\/memory\.max to 384 MiB or more \(systemd: MemoryMax=; docker: --memory\)/,
    )
  })

  it('reads version 1, in which a container sees its group at the root', async () => {
    write({
      'proc/self/cgroup': '9:name=systemd:/\n4:cpu,memory:/docker/0123\n0::/\n',
      'cgroup/memory/memory.limit_in_bytes': `${300 * MiB}\n`,
    })
    assert.deepEqual([(await check()).verdict, (await check()).code], ['warning', 'MEMORY_SMALL'])
  })

  it('takes the number that version 1 writes for no limit as none', async () => {
    write({
      'proc/self/cgroup': '4:memory:/\n',
      'proc/meminfo': available(9_000),
      'cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
    })
    assert.deepEqual([(await check()).verdict, (await check()).message], ['ok', '8.7 GiB available, no limit'])
  })

  it('knows ulimit -d', async () => {
    write({
      'proc/self/limits':
        'Limit  Soft  Hard  Units\nMax data size             209715200            unlimited            bytes\n',
    })
    const { verdict, message } = await check()
    assert.equal(verdict, 'warning')
    assert.match(message, /^ulimit -d allows 200 MiB/)
  })

  it('warns of a machine that has little left', async () => {
    write({ 'proc/meminfo': available(250) })
    assert.match((await check()).message, /^250 MiB of memory are available/)
    write({ 'proc/meminfo': available(500) })
    assert.equal((await check()).verdict, 'ok')
  })

  it('counts what the bodies may take, and the decryption of a hotkey', async () => {
    write({ 'proc/meminfo': available(700) })
    assert.equal((await check()).verdict, 'ok')
    assert.equal((await check({ bodies: 1024 * MiB })).verdict, 'warning')
    assert.equal((await check({ decrypts: true })).verdict, 'warning')
  })

  it('is unknown on a system that tells nothing', async () => {
    assert.equal((await check()).verdict, 'unknown')
  })
})
