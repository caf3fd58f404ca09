import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { watchConfig } from '#dist/cli/serving/watch-config.js'

describe('watchConfig', () => {
  let root: string
  let folder: string
  let path: string

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'miner-watch-'))
    folder = join(root, 'etc')
    mkdirSync(folder)
    path = join(folder, 'config.toml')
    writeFileSync(path, 'first')
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  /** Watches the file, once the watch has begun. What is found at each change is in `found`; null: no file. */
  async function begin() {
    const events = new EventEmitter()
    const found: (string | null)[] = []
    const failures: unknown[] = []
    const watch = watchConfig(path, {
      onChange() {
        found.push(contentOf(path))
        events.emit('change')
      },
      onFailed(error) {
        failures.push(error)
        events.emit('failed')
      },
    })
    await once(events, 'change')
    assert.deepEqual(found.splice(0), ['first'])
    const next = (event: 'change' | 'failed' = 'change') => once(events, event)
    return { found, failures, next, [Symbol.dispose]: () => watch[Symbol.dispose]() }
  }

  it('takes a file that is written slowly, in place, once it is whole', async () => {
    using watched = await begin()
    const changed = watched.next()
    const file = openSync(path, 'w')
    for (let piece = 0; piece < 100; piece++) {
      writeSync(file, 'x')
      await setTimeout(20)
    }
    closeSync(file)
    assert.deepEqual(watched.found, [])
    await changed
    assert.deepEqual(watched.found, ['x'.repeat(100)])
  })

  it('takes two saves in a row for one change', async () => {
    using watched = await begin()
    const changed = watched.next()
    for (const text of ['second', 'third']) {
      writeFileSync(`${path}.new`, text)
      renameSync(`${path}.new`, path)
    }
    await changed
    assert.deepEqual(watched.found, ['third'])
  })

  it('sees a file that goes, and one that comes back', async () => {
    using watched = await begin()
    for (const [change, content] of [
      [() => rmSync(path), null],
      [() => writeFileSync(path, 'back'), 'back'],
    ] as const) {
      const changed = watched.next()
      change()
      await changed
      assert.equal(watched.found.at(-1), content)
    }
    assert.deepEqual(watched.failures, [])
  })

  it('goes on in a folder that replaces the one it began in', async () => {
    using watched = await begin()
    const swapped = watched.next()
    mkdirSync(join(root, 'new'))
    writeFileSync(join(root, 'new', 'config.toml'), 'swapped')
    renameSync(folder, join(root, 'old'))
    renameSync(join(root, 'new'), folder)
    await swapped
    const edited = watched.next()
    writeFileSync(path, 'edited there')
    await edited
    assert.deepEqual([watched.found, watched.failures], [['swapped', 'edited there'], []])
  })

  it('says that it has failed when the folder is gone', async () => {
    using watched = await begin()
    const failed = watched.next('failed')
    rmSync(folder, { recursive: true })
    await failed
    assert.deepEqual(watched.found, [null])
    assert.equal((watched.failures[0] as NodeJS.ErrnoException).code, 'ENOENT')
  })

  it('says so also when the file was gone before its folder', async () => {
    using watched = await begin()
    const changed = watched.next()
    rmSync(path)
    await changed
    const failed = watched.next('failed')
    rmSync(folder, { recursive: true })
    await failed
    assert.equal(watched.failures.length, 1)
  })

  it('sees a change in the folder that a link leads to, and another link', async () => {
    const [one, two] = ['one', 'two'].map(name => {
      mkdirSync(join(root, name))
      writeFileSync(join(root, name, 'real.toml'), 'first')
      return join(root, name, 'real.toml')
    })
    rmSync(path)
    symlinkSync(one!, path)
    using watched = await begin()
    for (const [change, content] of [
      [() => writeFileSync(one!, 'in one'), 'in one'],
      [
        () => {
          symlinkSync(two!, `${path}.new`)
          renameSync(`${path}.new`, path)
        },
        'first',
      ],
      [() => writeFileSync(two!, 'in two'), 'in two'],
    ] as const) {
      const changed = watched.next()
      change()
      await changed
      assert.equal(watched.found.at(-1), content)
    }
  })
})

function contentOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
