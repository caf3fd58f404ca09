import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileLocked, type LockOptions, lockFile } from '#dist/disk/file-lock.js'

describe('lockFile that waits for no other process', () => {
  let folder: string
  let file: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'miner-file-lock-'))
    file = join(folder, 'nonces.lock')
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const options: LockOptions = { command: 'serve', onWait() {}, maxMs: 0, silentMs: 500, beatMs: 50 }
  const elsewhere = JSON.stringify({ token: 'theirs', command: 'serve', pid: 1, place: 'elsewhere', host: 'other' })

  it('makes a file that only this user may read and write', async () => {
    await using _lock = await lockFile(file, options)
    assert.equal(statSync(file).mode & 0o777, 0o600)
  })

  it('refuses at once what a process of this machine holds', async () => {
    await using _lock = await lockFile(file, options)
    await assert.rejects(
      lockFile(file, options),
      (error: Error) => error instanceof FileLocked && error.holder?.pid === process.pid,
    )
  })

  it('refuses what a process elsewhere touches', async () => {
    writeFileSync(file, elsewhere)
    let touches = 0
    const beat = setInterval(() => utimesSync(file, 1_000_000, ++touches), 50)
    await assert.rejects(lockFile(file, { ...options, silentMs: 60_000 }), FileLocked)
    clearInterval(beat)
    assert.equal(readFileSync(file, 'utf8'), elsewhere)
  })

  for (const text of ['{}', 'null', '[]', 'odd', '{"token":"t","command":"serve","place":"p","host":"h","pid":"1"}'])
    it(`calls the holder of a lock that holds ${text} unknown, and takes it after its silence`, async () => {
      writeFileSync(file, text)
      const waits: string[] = []
      await using _lock = await lockFile(file, { ...options, silentMs: 50, onWait: holder => waits.push(holder) })
      assert.deepEqual(waits, ['unknown process'])
    })

  it('takes what a process elsewhere has left behind, after its silence', async () => {
    writeFileSync(file, elsewhere)
    const waits: string[] = []
    await using _lock = await lockFile(file, { ...options, onWait: holder => waits.push(holder) })
    assert.deepEqual(waits, ['miner serve, process 1 on other'])
  })

  for (const [title, take] of [
    ['has taken it', () => writeFileSync(file, elsewhere)],
    ['has removed it', () => rmSync(file)],
  ] as const)
    it(`reports that another process ${title}`, async () => {
      const lost = Promise.withResolvers<void>()
      await using _lock = await lockFile(file, { ...options, onLost: lost.resolve })
      take()
      await lost.promise
    })

  it('is known to be lost at once after a suspension, before the next beat', async () => {
    let losses = 0
    await using lock = await lockFile(file, { ...options, onLost: () => losses++ })
    assert.ok(await lock.isHeld())
    writeFileSync(file, elsewhere)
    const end = performance.now() + 4 * options.beatMs
    while (performance.now() < end);
    assert.equal(await lock.isHeld(), false)
    assert.equal(await lock.isHeld(), false)
    assert.equal(losses, 1)
  })

  it('is looked at when the clock shows a suspension in which that of the process stood still', async () => {
    await using lock = await lockFile(file, { ...options, beatMs: 60_000 })
    writeFileSync(file, elsewhere)
    assert.ok(await lock.isHeld(), 'it was touched just now')
    const now = Date.now
    Date.now = () => now() + 600_000
    try {
      assert.equal(await lock.isHeld(), false)
    } finally {
      Date.now = now
    }
  })
})
