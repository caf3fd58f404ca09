import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DiskStoreOptions } from '#dist/store/disk/disk-store.js'
import { RECORD_BYTES } from '#dist/store/disk/record.js'
import type { NonceOwner, NonceStore, SignedNonce } from '#dist/store/nonce-store.js'
import type { StoreEvent } from '#dist/store/store-events.js'
import { send, signedRequest } from '../support/signed-request.ts'
import { Clock, startAxon } from '../support/start-axon.ts'
import { openDisk } from './open-disk.ts'

const alice: NonceOwner = { countedAs: 'alice', isStranger: false }
const KEEP = 64_000

describe('the store on disk', () => {
  let folder: string
  let path: string
  let clock: Clock
  const events: StoreEvent[] = []
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'miner-store-'))
    path = join(folder, 'chain', 'nonces')
    clock = new Clock()
    events.length = 0
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const open = (options: Partial<DiskStoreOptions> = {}) =>
    openDisk(path, clock, { onEvent: event => events.push(event), ...options })

  /** Opens a store whose files are whole, as after a run that spent nothing. */
  async function openIntact(): Promise<NonceStore> {
    await (await open())[Symbol.asyncDispose]()
    clock.ms += 10_000
    return open()
  }

  /** A nonce of a caller whose clock is so many milliseconds ahead. */
  function nonce(aheadMs = 0, { uuid = 'u', sequence = null as string | null } = {}): SignedNonce {
    const signedAtNs = BigInt(clock.ms + aheadMs) * 1_000_000n + 1n
    return { replayKey: `alice:${uuid}:${signedAtNs}`, signedAtNs, keepMs: KEEP, sequence, legacy: null }
  }

  const spend = (store: NonceStore, one: SignedNonce) => store.spend(one, alice, clock.ms)
  const sizeOf = (at: 0 | 1) => statSync(`${path}.${at}`).size
  const segments = () => [0, 1].map(at => readFileSync(`${path}.${at}`))

  it('answers no nonce again after a restart, though it was 3.9 s ahead', async () => {
    const axonOf = (nonces: NonceStore) => startAxon({ now: clock.now, nonces })
    const sent = [3_900, 0].map(ahead => signedRequest({ nonce: clock.nonce(-10_000 - ahead) }))
    {
      await using store = await openIntact()
      await using axon = await axonOf(store)
      clock.ms += 1
      for (const one of sent) assert.equal((await send(axon.url, one)).status, 200)
    }
    for (let restart = 0; restart < 2; restart++) {
      clock.ms += 100
      await using store = await open()
      await using axon = await axonOf(store)
      for (const one of sent) assert.equal((await send(axon.url, one)).status, 401)
      clock.ms += 1
      assert.equal((await send(axon.url, signedRequest({ nonce: clock.nonce() }))).status, 200)
    }
    assert.deepEqual(
      events.map(({ event }) => event),
      ['noncesUnknown'],
    )
  })

  it('remembers the caps, and each dendrite’s last nonce', async () => {
    const rising = { sequence: 'alice:u' }
    {
      await using store = await openIntact()
      clock.ms += 1
      assert.equal(await spend(store, nonce(2_000, rising)), true)
      assert.equal(await spend(store, nonce(1_000, rising)), false)
    }
    await using store = await open({ perCaller: 3 })
    assert.equal(await spend(store, nonce(1_500, rising)), false)
    assert.equal(await spend(store, nonce(2_500, rising)), true)
    await assert.rejects(spend(store, nonce(3_000)), { code: 'TOO_MANY_NONCES' })
  })

  it('has a floor at its start, and none above it', async () => {
    await using store = await openIntact()
    assert.equal(store.floorNs, BigInt(clock.ms) * 1_000_000n)
    assert.ok(store.unknownUntilMs < clock.ms)
  })

  it('tells at a restart that callers still get 503, and not when that is over', async () => {
    await (await open())[Symbol.asyncDispose]()
    clock.ms += 3_000
    events.splice(0)
    await (await open())[Symbol.asyncDispose]()
    assert.partialDeepStrictEqual(events, [{ level: 'info', event: 'noncesUnknown', untilMs: clock.ms + 1_000 }])
    clock.ms += 1_000
    events.splice(0)
    await (await open())[Symbol.asyncDispose]()
    assert.deepEqual(events, [])
  })

  it('keeps its two files short, and what is fresh in one of them', async () => {
    {
      await using store = await openIntact()
      for (let second = 0; second < 400; second++) {
        clock.ms += 1_000
        assert.equal(await spend(store, nonce()), true)
        assert.ok(sizeOf(0) + sizeOf(1) < 150 * RECORD_BYTES, `${second} s: ${sizeOf(0)} and ${sizeOf(1)} bytes`)
      }
      assert.ok(store.size <= 65)
    }
    await using store = await open()
    assert.ok(store.size >= 64 && store.size <= 66, String(store.size))
    assert.ok(store.unknownUntilMs < clock.ms)
  })

  it('refuses after a restart what it had dropped, when the clock has stepped ahead and back', async () => {
    const begin = clock.ms + 20_000
    const early = { ...nonce(20_000), keepMs: KEEP }
    {
      await using store = await openIntact()
      clock.ms = begin
      assert.equal(await spend(store, early), true)
      for (const step of [1, 2, 3]) {
        clock.ms = begin + step * 100_000
        assert.equal(await spend(store, nonce()), true)
      }
    }
    clock.ms = begin + 1
    await using store = await open()
    assert.equal(store.has(early), false, 'dropped')
    assert.equal(await spend(store, early), false, 'and below the floor')
  })

  describe('answers 503 for 4 s', () => {
    async function assertUnknown(level: StoreEvent['level'], why: RegExp): Promise<void> {
      const opened = clock.ms
      // As one that was killed after a second, and started again.
      for (let start = 0; start < 2; start++) {
        events.length = 0
        await using store = await open()
        await using axon = await startAxon({ now: clock.now, nonces: store })
        if (start === 0) {
          const [event] = events
          assert.equal(event?.level, level)
          assert.match(event.message, why)
        }
        for (const [ahead, after] of [
          [0, 1],
          [3_900, 500],
        ] as const) {
          clock.ms = opened + 1_000 * start + after
          const got = await send(axon.url, signedRequest({ nonce: clock.nonce(-ahead) }))
          assert.equal(got.status, 503)
          assert.equal(got.headers['retry-after'], String(4 - start))
        }
        clock.ms += 500
      }
      const ahead = [signedRequest({ nonce: clock.nonce(-1_999) }), signedRequest({ nonce: clock.nonce(-2_001) })]
      await using store = await open()
      await using axon = await startAxon({ now: clock.now, nonces: store })
      clock.ms = opened + 4_001
      const statuses = await Promise.all(ahead.map(async one => (await send(axon.url, one)).status))
      assert.deepEqual(statuses, [503, 200], 'what may have been spent stays refused')
    }

    it('after a first start, and after its files were deleted', async () => {
      await assertUnknown('info', /there is no file of an earlier run/)
      rmSync(join(folder, 'chain'), { recursive: true })
      clock.ms += 10_000
      await assertUnknown('info', /there is no file/)
    })

    const damages: [title: string, damage: () => void, why: RegExp][] = [
      ['one file is gone', () => rmSync(`${path}.1`), /one of their two files is missing/],
      ['the other file is gone', () => rmSync(`${path}.0`), /one of their two files is missing/],
      ['a first line is damaged', () => writeFileSync(`${path}.0`, change(segments()[0]!, 40)), /missing or damaged/],
      [
        'a record is damaged',
        () => writeFileSync(`${path}.1`, change(segments()[1]!, -70)),
        /1 records in their files/,
      ],
      ['both files are empty', () => [0, 1].map(at => truncateSync(`${path}.${at}`)), /their file is damaged/],
    ]
    for (const [title, damage, why] of damages)
      it(`when ${title}`, async () => {
        {
          await using store = await openIntact()
          clock.ms += 1
          for (const uuid of ['u', 'v', 'w']) assert.equal(await spend(store, nonce(0, { uuid })), true)
          clock.ms += 100_000
          for (const uuid of ['u', 'v', 'w']) assert.equal(await spend(store, nonce(0, { uuid })), true)
        }
        damage()
        clock.ms += 10_000
        await assertUnknown('warn', why)
      })

    it('after a reboot, with all that is left', async () => {
      const spent = nonce(13_000)
      {
        await using store = await openIntact()
        assert.equal(await spend(store, spent), true)
      }
      await using store = await open({ boot: async () => 'another boot' })
      assert.equal(store.unknownUntilMs, clock.ms + 4_000)
      assert.equal(store.has(spent), true)
    })

    it('where the system does not tell whether it was started again', async () => {
      await (await openIntact())[Symbol.asyncDispose]()
      await using store = await open({ boot: async () => undefined })
      assert.equal(store.unknownUntilMs, clock.ms + 4_000)
    })
  })

  for (const cut of [1, 30, RECORD_BYTES - 1])
    it(`counts a record that lacks ${cut} bytes for nothing: it was being written`, async () => {
      {
        await using store = await openIntact()
        clock.ms += 1
        for (const uuid of ['u', 'v']) assert.equal(await spend(store, nonce(0, { uuid })), true)
      }
      const longest = sizeOf(0) > sizeOf(1) ? 0 : 1
      truncateSync(`${path}.${longest}`, sizeOf(longest) - cut)
      await using store = await open()
      assert.equal(store.size, 1)
      assert.ok(store.unknownUntilMs < clock.ms)
    })

  it('refuses a second process, by name', async () => {
    await using _store = await openIntact()
    await assert.rejects(open(), (error: Error & { code: string; hint: string }) => {
      assert.equal(error.code, 'STORE_LOCKED')
      assert.match(error.message, new RegExp(`process ${process.pid} on `))
      assert.ok(error.hint.includes(`${path}.lock`))
      return true
    })
  })

  it('is open again after a process that was killed, at once', async () => {
    const code = `
      const { openDiskStore } = await import('#dist/store/disk/disk-store.js')
      await openDiskStore({ path: process.argv[1], perCaller: 10, inAll: 10, now: Date.now, onEvent() {} })
      console.log('open')
      setInterval(() => {}, 1e6)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', code, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout!, 'data')
    await assert.rejects(open(), { code: 'STORE_LOCKED' })
    child.kill('SIGKILL')
    await once(child, 'exit')
    await using store = await open()
    assert.equal(store.size, 0)
    assert.ok(!events.some(({ event }) => event === 'storeWaits'))
  })

  it('spends nothing once another process has its lock', async () => {
    await using store = await openIntact()
    writeFileSync(`${path}.lock`, JSON.stringify({ token: 'theirs' }))
    clock.ms += 1
    for (;;) {
      clock.ms += 1
      const outcome = await spend(store, nonce()).catch((error: { code: string }) => error.code)
      if (outcome === 'NONCE_STORE_FAILED') break
      assert.equal(outcome, true)
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    assert.match(events.at(-1)!.message, /another process has taken the lock/)
  })

  it('has files that only this user may read, and no others', async () => {
    await using _store = await openIntact()
    assert.deepEqual(readdirSync(join(folder, 'chain')).sort(), ['nonces.0', 'nonces.1', 'nonces.lock'])
    for (const at of [0, 1]) assert.equal(statSync(`${path}.${at}`).mode & 0o777, 0o600)
    assert.equal(statSync(join(folder, 'chain')).mode & 0o777, 0o700)
  })
})

/** Changes a bit of bytes; a negative place counts from their end. */
function change(bytes: Buffer, at: number): Buffer {
  const place = at < 0 ? bytes.length + at : at
  bytes[place]! ^= 1
  return bytes
}
