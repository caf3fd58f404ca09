import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { IrregularFile, openRotatingFile } from '#dist/app/log/rotating-file.js'
import { FileLocked } from '#dist/disk/file-lock.js'

describe('a rotating log file', () => {
  let folder: string
  let path: string
  let reports: { event: string; error?: string }[]

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'miner-log-'))
    path = join(folder, 'miner.log')
    reports = []
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const open = (more: { path?: string; maxSize?: number; maxFiles?: number; lookMs?: number } = {}) =>
    openRotatingFile({
      path,
      maxSize: 1024 ** 2,
      maxFiles: 10,
      report: line => void reports.push(JSON.parse(line)),
      ...more,
    })
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  const modeOf = (name: string) => statSync(join(folder, name)).mode & 0o777

  it('has every line once it is closed, and goes on with the last file', async () => {
    for (const line of ['first\n', 'second\n']) {
      await using file = await open()
      file.write(line)
    }
    assert.deepEqual(readdirSync(folder), ['miner.log'])
    assert.equal(read('miner.log'), 'first\nsecond\n')
    assert.equal(modeOf('miner.log'), 0o600)
  })

  it('puts full files aside, loses no line by it, keeps so many, and leaves the files of others', async () => {
    const others = ['miner-1.log', 'minerX2.log', 'miner.log.old', 'miner.log.7.gz', 'other.log.1', 'miner.9.log']
    for (const name of others) writeFileSync(join(folder, name), 'precious')
    {
      await using file = await open({ maxSize: 1_000, maxFiles: 3 })
      for (let number = 0; number < 65; number++) file.write(`${String(number).padStart(99)}\n`)
    }
    const kept = readdirSync(folder).filter(name => !others.includes(name))
    assert.deepEqual(kept, ['miner.log', 'miner.log.1', 'miner.log.2'])
    assert.ok(kept.every(name => modeOf(name) === 0o600))
    assert.ok(others.every(name => read(name) === 'precious'))
    const numbers = kept.reverse().map(read).join('').trim().split(/\s+/).map(Number)
    assert.deepEqual(
      numbers,
      Array.from({ length: 25 }, (_, at) => 40 + at),
    )
    assert.deepEqual(reports, [])
  })

  it('goes on in a full file that cannot be put aside, and says so', async () => {
    {
      await using file = await open({ maxSize: 100, maxFiles: 2 })
      file.write(`${'a'.repeat(80)}\n`)
      await written(() => read('miner.log').length === 81)
      // A folder that is not empty is not removed as a file is, for root as well.
      mkdirSync(join(folder, 'miner.log.1', 'inside'), { recursive: true })
      file.write(`${'b'.repeat(80)}\n`)
    }
    assert.equal(read('miner.log').length, 162)
    assert.deepEqual(
      reports.map(({ event }) => event),
      ['logFileFailed'],
    )
  })

  it('begins a new file where the one that it writes is deleted, or put aside by another program', async () => {
    {
      await using file = await open({ lookMs: 0 })
      file.write('first\n')
      await written(() => read('miner.log') === 'first\n')
      rmSync(path)
      file.write('second\n')
      await written(() => existsSync(path) && read('miner.log') === 'second\n')
      renameSync(path, `${path}-20261129`)
      file.write('third\n')
    }
    assert.equal(read('miner.log-20261129'), 'second\n')
    assert.equal(read('miner.log'), 'third\n')
    assert.equal(modeOf('miner.log'), 0o600)
    assert.deepEqual(readdirSync(folder).sort(), ['miner.log', 'miner.log-20261129'])
    assert.deepEqual(reports, [])
  })

  it('takes from others the right to read a file that is there', async () => {
    writeFileSync(path, 'old\n')
    chmodSync(path, 0o644)
    await (await open())[Symbol.asyncDispose]()
    assert.equal(modeOf('miner.log'), 0o600)
  })

  it('is written by one process at a time', async () => {
    await using _file = await open()
    await assert.rejects(open(), FileLocked)
  })

  it('is not opened where it cannot be written, and leaves no lock there', async () => {
    path = join(folder, 'missing', 'miner.log')
    await assert.rejects(open(), { code: 'ENOENT' })
    path = join(folder, 'miner.log')
    symlinkSync('/missing/file', path)
    await assert.rejects(open(), { code: 'ENOENT' })
    assert.deepEqual(readdirSync(folder), ['miner.log'])
  })

  for (const kind of ['is there', 'is missing'])
    it(`follows a link to a file that ${kind}: what belongs to the file stands beside it, and the link stays`, async () => {
      const data = join(folder, 'data')
      mkdirSync(data)
      if (kind === 'is there') writeFileSync(join(data, 'real.log'), '')
      symlinkSync('data/real.log', path)
      {
        await using file = await open({ maxSize: 10 })
        assert.deepEqual(readdirSync(data).toSorted(), ['real.log', 'real.log.lock'])
        await assert.rejects(open(), FileLocked)
        await assert.rejects(open({ path: join(data, 'real.log') }), FileLocked, 'by its own name, too')
        for (const line of ['first 8\n', 'second 9\n']) file.write(line)
      }
      assert.deepEqual(readdirSync(data).toSorted(), ['real.log', 'real.log.1'])
      assert.equal(readFileSync(join(data, 'real.log.1'), 'utf8'), 'first 8\n')
      assert.equal(read('miner.log'), 'second 9\n')
      assert.equal(readlinkSync(path), 'data/real.log')
      assert.deepEqual(readdirSync(folder), ['data', 'miner.log'])
    })

  it('refuses a device and a named pipe, which it would take from others, or wait for', async () => {
    symlinkSync('/dev/null', path)
    await assert.rejects(open(), IrregularFile)
    execFileSync('mkfifo', [join(folder, 'pipe')])
    await assert.rejects(open({ path: join(folder, 'pipe') }), IrregularFile)
    assert.deepEqual(readdirSync(folder), ['miner.log', 'pipe'])
  })

  it('refuses a link that leads to itself', async () => {
    symlinkSync('miner.log', path)
    await assert.rejects(open(), { code: 'ELOOP' })
  })

  it('keeps the old files while the disk is full, and counts each record that it lacks', async function () {
    const disk = join(folder, 'disk')
    mkdirSync(disk)
    // Only root may mount.
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]).status !== 0) return this.skip()
    try {
      for (const number of [1, 2, 3]) writeFileSync(join(disk, `miner.log.${number}`), `old ${number}\n`)
      const filler = join(disk, 'filler')
      const lines = 10_000
      {
        await using file = await open({ path: join(disk, 'miner.log'), maxSize: 600_000, maxFiles: 10 })
        spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4k'])
        for (let number = 0; number < lines; number++) {
          file.write(`${JSON.stringify({ number }).padEnd(999)}\n`)
          if (number % 1_000 === 0) await new Promise(setImmediate)
        }
        await written(() => reports.length > 0)
        for (const number of [1, 2, 3]) assert.equal(read(`disk/miner.log.${number}`), `old ${number}\n`)
        rmSync(filler)
        await written(() => reports.length > 1)
      }
      const names = readdirSync(disk).toSorted()
      assert.deepEqual(names, ['miner.log', ...[1, 2, 3, 4].map(number => `miner.log.${number}`)])
      assert.deepEqual(
        [2, 3, 4].map(number => read(`disk/miner.log.${number}`)),
        ['old 1\n', 'old 2\n', 'old 3\n'],
      )
      const records = ['miner.log.1', 'miner.log'].flatMap(name => read(`disk/${name}`).trim().split('\n'))
      const { event, count } = JSON.parse(records.pop()!)
      assert.equal(event, 'recordsLost')
      assert.equal(records.length + count, lines)
      assert.ok(records.every((record, at) => JSON.parse(record).number === at))
      assert.deepEqual(
        reports.map(report => report.event),
        ['logFileFailed', 'logFileRestored'],
      )
    } finally {
      spawnSync('umount', [disk])
    }
  })

  it('begins a new file where the one that fills the disk is deleted, and leaves those that were put aside', async function () {
    const disk = join(folder, 'disk')
    mkdirSync(disk)
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]).status !== 0) return this.skip()
    try {
      writeFileSync(join(disk, 'miner.log.1'), 'old\n')
      {
        await using file = await open({ path: join(disk, 'miner.log'), maxSize: 900_000, maxFiles: 2, lookMs: 0 })
        file.write(`${'a'.repeat(800_000)}\n`)
        await written(() => statSync(join(disk, 'miner.log')).size > 800_000)
        spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'filler')}`, 'bs=4k'])
        for (let number = 0; number < 20; number++) file.write(`${String(number).padStart(999)}\n`)
        await written(() => reports.length > 0)
        rmSync(join(disk, 'miner.log'))
        await written(() => reports.length > 1)
      }
      assert.deepEqual(
        reports.map(report => report.event),
        ['logFileFailed', 'logFileRestored'],
      )
      assert.equal(read('disk/miner.log.1'), 'old\n')
      assert.ok(read('disk/miner.log').endsWith(' 19\n'))
    } finally {
      spawnSync('umount', [disk])
    }
  })

  it('tells once that the disk takes no more, and still closes', () => {
    const script = `
      const { openRotatingFile } = await import('#dist/app/log/rotating-file.js')
      {
        await using file = await openRotatingFile({
          path: process.argv[1], maxSize: 1024 ** 2, maxFiles: 2, report: line => console.log(line.trim()),
        })
        for (const line of ['a', 'b', 'c']) {
          file.write(line.repeat(2_000) + '\\n')
          await new Promise(setImmediate)
        }
      }`
    // A file may have 1 KiB.
    const node = `ulimit -f 1; exec "${process.execPath}" --input-type=module -e "$SCRIPT" "${path}"`
    const options = { env: { ...process.env, SCRIPT: script }, encoding: 'utf8' } as const
    const { status, stdout, stderr } = spawnSync('bash', ['-c', node], options)
    assert.equal(status, 0, stderr)
    const [told, ...more] = stdout.trim().split('\n')
    assert.partialDeepStrictEqual(JSON.parse(told!), { event: 'logFileFailed', path })
    assert.match(told!, /EFBIG/)
    assert.deepEqual(more, [])
    assert.equal(read('miner.log').length, 1024)
    assert.deepEqual(readdirSync(folder), ['miner.log'])
  })
})

/** Resolves when the disk has it; each look waits for the next turn. */
async function written(isWritten: () => boolean): Promise<void> {
  while (!isWritten()) await new Promise(setImmediate)
}
