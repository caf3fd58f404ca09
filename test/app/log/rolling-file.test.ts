import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openRollingFile } from '#dist/app/log/rolling-file.js'
import { FileLocked } from '#dist/disk/file-lock.js'

describe('a rolling log file', () => {
  let folder: string
  let path: string
  let reports: { event: string; lost?: number }[]

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'miner-log-'))
    path = join(folder, 'miner.log')
    reports = []
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const open = (more: { maxSize?: number; maxFiles?: number } = {}) =>
    openRollingFile({
      path,
      maxSize: 1024 ** 2,
      maxFiles: 10,
      report: line => void reports.push(JSON.parse(line)),
      ...more,
    })
  const logs = () =>
    readdirSync(folder)
      .filter(name => name.endsWith('.log'))
      .sort((a, b) => numberOf(a) - numberOf(b))
  const numberOf = (name: string) => Number(name.split('.')[1])

  it('has every line once it is closed, and goes on with the last file', async () => {
    for (const line of ['first\n', 'second\n']) {
      await using file = await open()
      file.write(line)
    }
    assert.deepEqual(logs(), ['miner.1.log'])
    assert.equal(readFileSync(join(folder, 'miner.1.log'), 'utf8'), 'first\nsecond\n')
    assert.equal(statSync(join(folder, 'miner.1.log')).mode & 0o777, 0o600)
  })

  it('begins the next file when one is full, loses no line by it, and keeps so many', async () => {
    {
      await using file = await open({ maxSize: 1_000, maxFiles: 3 })
      for (const round of [0, 1, 2, 3, 4, 5]) {
        for (let number = 0; number < 10; number++) file.write(`${String(round * 10 + number).padStart(99)}\n`)
        while (!existsSync(join(folder, `miner.${round + 2}.log`))) await new Promise(setImmediate)
      }
    }
    const kept = logs()
    assert.ok(kept.length >= 2 && kept.length <= 4, kept.join())
    assert.ok(kept.every(name => (statSync(join(folder, name)).mode & 0o777) === 0o600))
    const text = kept.map(name => readFileSync(join(folder, name), 'utf8')).join('')
    const numbers = text.trim().split(/\s+/).map(Number)
    const first = numbers[0]!
    assert.deepEqual(
      numbers,
      Array.from({ length: 60 - first }, (_, at) => first + at),
    )
    assert.ok(first > 0)
  })

  it('is written by one process at a time', async () => {
    await using _file = await open()
    await assert.rejects(open(), FileLocked)
  })

  it('is not opened in a folder that is missing, whose lock it then leaves', async () => {
    path = join(folder, 'missing', 'miner.log')
    await assert.rejects(open(), { code: 'ENOENT' })
    path = join(folder, 'miner.log')
    symlinkSync('/missing/file', join(folder, 'miner.1.log'))
    await assert.rejects(open(), { code: 'ENOENT' })
    assert.deepEqual(readdirSync(folder), ['miner.1.log'])
  })

  it('tells once that the disk is full, and still closes', async () => {
    symlinkSync('/dev/full', join(folder, 'miner.1.log'))
    {
      await using file = await open()
      for (const line of ['a\n', 'b\n', 'c\n']) {
        file.write(line)
        await new Promise(setImmediate)
      }
    }
    assert.deepEqual(
      reports.map(({ event }) => event),
      ['logFileFailed'],
    )
    assert.deepEqual(readdirSync(folder), ['miner.1.log'])
  })

  it('drops and counts the lines that the disk does not take in time', async () => {
    const line = `${'x'.repeat(1023)}\n`
    {
      await using file = await open({ maxSize: 1024 ** 3 })
      for (let count = 0; count < 2_000; count++) file.write(line)
    }
    const kept = readFileSync(join(folder, 'miner.1.log'), 'utf8').length / 1024
    assert.ok(Number.isInteger(kept) && kept > 900 && kept < 2_000)
    assert.deepEqual(
      reports.map(({ event, lost }) => [event, lost]),
      [['logFileRestored', 2_000 - kept]],
    )
  })
})
