import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TimeoutError } from '#dist/async/timeout.js'
import { openDiskStore } from '#dist/store/disk/disk-store.js'
import { diskHint } from '#dist/store/disk/disk-words.js'
import { Clock } from '../support/start-axon.ts'

describe('a store on disk that fails', () => {
  let folder: string
  let path: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'miner-store-'))
    path = join(folder, 'chain', 'nonces')
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('refuses with 503 while the disk is full, keeps such a nonce burnt, and recovers, with a request or without', async () => {
    // A limit on the size of a file refuses a write as a full disk does, and cuts the one before it.
    const script = `
      const { openDiskStore } = await import('#dist/store/disk/disk-store.js')
      let now = Date.now()
      const told = []
      const open = () => openDiskStore({
        path: process.argv[1], perCaller: 1e6, inAll: 1e6, now: () => now, onEvent: ({ event }) => told.push(event),
        boot: async () => 'b', retryMs: 50 })
      await (await open())[Symbol.asyncDispose]()
      now += 10_000
      const store = await open()
      now += 1
      const nonce = at => {
        const signedAtNs = BigInt(now) * 1_000_000n + BigInt(at)
        return { replayKey: String(signedAtNs), signedAtNs, keepMs: 64_000, sequence: null, legacy: null }
      }
      const spend = one => store.spend(one, { countedAs: 'a', isStranger: false }, now).catch(error => error.code)
      let at = 0
      let outcome
      do outcome = await spend(nonce(++at))
      while (outcome === true)
      const burnt = nonce(at)
      const outcomes = [outcome, await spend(burnt), await spend(nonce(++at))]
      // Both files are as long as they may be; the next turn makes one short.
      now += 100_000
      outcomes.push(await spend(nonce(1)))
      do outcome = await spend(nonce(++at))
      while (outcome === true)
      now += 100_000
      while (store.state.failure) await new Promise(resolve => setTimeout(resolve, 5))
      console.log(JSON.stringify({ at, outcomes, told }))
      await store[Symbol.asyncDispose]()`
    const child = spawn(
      'bash',
      ['-c', `ulimit -f 8; exec "${process.execPath}" --input-type=module -e "$SCRIPT" "${path}"`],
      {
        env: { ...process.env, SCRIPT: script },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    const [printed] = await Promise.all([child.stdout!.toArray(), once(child, 'exit')])
    const { at, outcomes, told } = JSON.parse(Buffer.concat(printed).toString())
    assert.deepEqual(outcomes, ['NONCE_STORE_FAILED', false, 'NONCE_STORE_FAILED', true])
    assert.deepEqual(told, ['noncesUnknown', 'storeFailed', 'storeRecovered', 'storeFailed', 'storeRecovered'])
    assert.ok(at > 100)
  })

  it('lacks nothing after a start that was killed between its two files', async () => {
    const clock = new Clock()
    const events: string[] = []
    const open = () =>
      openDiskStore({
        path,
        perCaller: 1_000,
        inAll: 1_000,
        now: clock.now,
        onEvent: ({ event }) => events.push(event),
        boot: async () => 'this boot',
      })
    const files = () => [0, 1].map(at => readFileSync(`${path}.${at}`))
    await (await open())[Symbol.asyncDispose]()
    clock.ms += 10_000
    const signedAtNs = BigInt(clock.ms + 2_000) * 1_000_000n
    const spent = { replayKey: 'alice', signedAtNs, keepMs: 64_000, sequence: null, legacy: null }
    {
      await using store = await open()
      assert.equal(await store.spend(spent, { countedAs: 'alice', isStranger: false }, clock.ms), true)
    }
    events.length = 0
    for (let round = 0; round < 3; round++) {
      const before = files()
      await (await open())[Symbol.asyncDispose]()
      const after = files()
      // The one that was begun first has all records.
      const first = after[0]!.length > after[1]!.length ? 0 : 1
      writeFileSync(`${path}.${1 - first}`, before[1 - first]!)
      await using store = await open()
      assert.deepEqual(events, [])
      assert.equal(store.has(spent), true)
    }
  })

  it('names a folder that cannot be written', async () => {
    writeFileSync(join(folder, 'chain'), 'a file')
    const opened = openDiskStore({ path, perCaller: 10, inAll: 10, now: Date.now, onEvent() {} })
    await assert.rejects(opened, { code: 'STORE_UNWRITABLE', message: /cannot keep the spent nonces in .*chain: / })
  })

  it('has a hint for each reason', () => {
    const hintOf = (code: string) => diskHint(Object.assign(new Error('no'), { code }), false)
    assert.match(hintOf('ENOSPC'), /^make room/)
    assert.match(hintOf('EROFS'), /mount/)
    assert.match(hintOf('EIO'), /replace the disk/)
    assert.match(hintOf('EFBIG'), /set the clock/)
    assert.match(hintOf('EACCES'), /may write/)
    assert.match(diskHint(new TimeoutError('took longer'), false), /slow or hangs/)
    assert.match(diskHint(new Error('lost'), true), /stop this process or the other one/)
  })
})
