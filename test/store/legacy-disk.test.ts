import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import files, { type FileHandle } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { DiskStoreOptions } from '#dist/store/disk/disk-store.js'
import { RECORD_BYTES } from '#dist/store/disk/record.js'
import type { NonceOwner, NonceStore, SignedNonce } from '#dist/store/nonce-store.js'
import type { StoreEvent } from '#dist/store/store-events.js'
import { Clock } from '../support/start-axon.ts'
import { openDisk } from './open-disk.ts'

const owner: NonceOwner = { countedAs: 'alice', isStranger: false }
const DROPPED = { code: 'NOT_VERIFIED', message: /has dropped its dendrite/ }

const YEAR_MS = 365 * 86_400_000

describe('legacy nonces on disk', () => {
  let folder: string
  let path: string
  let clock: Clock
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'miner-legacy-'))
    path = join(folder, 'nonces')
    clock = new Clock()
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const open = (options: Partial<DiskStoreOptions> = {}) => openDisk(path, clock, options)
  const legacy = (signedAtNs: bigint, dendrite = 1, hotkey = 'alice'): SignedNonce => ({
    replayKey: `${hotkey}:${dendrite}:${signedAtNs}`,
    signedAtNs,
    keepMs: 64_000,
    sequence: null,
    legacy: { hotkey, sequence: `${hotkey}:${dendrite}`, madeAtNs: BigInt(dendrite) },
  })
  const timed = (): SignedNonce => {
    const signedAtNs = BigInt(clock.ms) * 1_000_000n + 1n
    return { replayKey: `alice:${signedAtNs}`, signedAtNs, keepMs: 64_000, sequence: null, legacy: null }
  }
  const spend = (store: NonceStore, one: SignedNonce) => store.spend(one, owner, clock.ms)
  const sizes = () => [0, 1].map(at => statSync(`${path}.${at}`).size)

  it('are known after each restart, however long a run was, and whatever else it spent', async () => {
    {
      await using store = await open()
      assert.equal(await spend(store, legacy(7n)), true)
      assert.equal(await spend(store, legacy(5n, 2)), true)
      assert.equal(await spend(store, legacy(7n, 1, 'charlie')), true)
    }
    for (let run = 0; run < 3; run++) {
      clock.ms += 5_000
      await using store = await open()
      for (const spent of [legacy(7n), legacy(6n), legacy(5n, 2), legacy(7n, 1, 'charlie')]) {
        assert.equal(store.has(spent), true)
        assert.equal(await spend(store, spent), false)
      }
      for (let second = 0; second < 200; second++) {
        clock.ms += 1_000
        assert.equal(await spend(store, timed()), true)
      }
    }
    await using store = await open()
    assert.equal(await spend(store, legacy(8n)), true)
  })

  it('do not make its files grow, and leave each segment its minute', async () => {
    await using store = await open()
    const inodes = new Set<number>()
    for (let second = 1; second <= 640; second++) {
      clock.ms += 1_000
      assert.equal(await spend(store, legacy(BigInt(second), second % 3)), true)
      inodes.add(statSync(`${path}.0`).ino + statSync(`${path}.1`).ino)
      for (const size of sizes()) assert.ok(size < 150 * RECORD_BYTES, `${second} s: ${size} bytes`)
    }
    assert.ok(inodes.size <= 12, `${inodes.size} segments in 640 s`)
  })

  it('of a time when the clock was ahead leave the segments their minute after the next start', async () => {
    {
      await using store = await open()
      clock.ms += YEAR_MS
      assert.equal(await spend(store, legacy(7n)), true)
      clock.ms -= YEAR_MS
    }
    clock.ms += 10_000
    await using store = await open()
    for (let second = 1; second <= 640; second++) {
      clock.ms += 1_000
      assert.equal(await spend(store, timed()), true)
      for (const size of sizes()) assert.ok(size < 150 * RECORD_BYTES, `${second} s: ${size} bytes`)
    }
    assert.equal(store.has(legacy(7n)), true)
  })

  it('of what was dropped stay refused after restarts', async () => {
    const refuses = async (store: NonceStore) => {
      for (const dropped of [1, 2, 3]) await assert.rejects(spend(store, legacy(100n, dropped)), DROPPED)
      assert.equal(await spend(store, legacy(1n, 4)), false, 'the oldest that is left')
    }
    {
      await using store = await open()
      for (let dendrite = 1; dendrite <= 67; dendrite++) assert.equal(await spend(store, legacy(1n, dendrite)), true)
      await refuses(store)
    }
    for (let run = 0; run < 3; run++) {
      await using store = await open()
      await refuses(store)
      for (let second = 0; second < 70; second++) {
        clock.ms += 1_000
        await spend(store, timed())
      }
    }
  })

  it('are on the disk before a file that has them is replaced', async () => {
    await using calls = await watchSyncs(folder)
    {
      await using store = await open()
      assert.equal(await spend(store, legacy(7n)), true)
      assert.deepEqual(calls.splice(0), ['rename nonces.1', 'rename nonces.0'], 'there is nothing to keep')
    }
    await using store = await open()
    // The records are in nonces.1, which is replaced last.
    const start = ['datasync', 'rename nonces.0', 'sync', 'rename nonces.1']
    assert.deepEqual(calls.splice(0), start)
    clock.ms += 70_000
    await spend(store, timed())
    assert.deepEqual(calls.splice(0), ['datasync', 'rename nonces.1', 'sync'])
  })

  it('of the 1,025th hotkey are refused before its signature is checked, and the log tells what makes room', async () => {
    const events: StoreEvent[] = []
    const options = { inAll: 2_000, onEvent: (event: StoreEvent) => events.push(event) }
    const full = { code: 'LEGACY_STORE_FULL', headers: [] }
    {
      await using store = await open(options)
      const hotkeys = Array.from({ length: 1_024 }, (_, at) => legacy(1n, 1, `hotkey ${at}`))
      const first = await Promise.all(
        hotkeys.map(one => store.spend(one, { ...owner, countedAs: one.replayKey }, clock.ms)),
      )
      assert.ok(first.every(isFirst => isFirst))
      for (const nonce of [1n, 2n]) {
        assert.throws(() => store.has(legacy(nonce)), full)
        await assert.rejects(spend(store, legacy(nonce)), full)
      }
      assert.equal(await spend(store, legacy(2n, 1, 'hotkey 7')), true)
    }
    const reports = events.filter(({ event }) => event === 'legacyStoreFull')
    assert.deepEqual(
      reports.map(({ level, hint }) => [level, hint?.split(';')[0]]),
      [['warn', `stop the miner, delete ${path}.0 and .1, and start it again`]],
    )
    for (const at of [0, 1]) rmSync(`${path}.${at}`)
    await using store = await open(options)
    assert.equal(await spend(store, legacy(1n)), true)
  })

  it('are known after a reboot, and what is left of them when a file is damaged', async () => {
    {
      await using store = await open()
      assert.equal(await spend(store, legacy(7n)), true)
      assert.equal(await spend(store, legacy(7n, 2)), true)
    }
    {
      await using store = await open({ boot: async () => 'another boot' })
      assert.ok(store.unknownUntilMs > clock.ms)
      for (const dendrite of [1, 2]) assert.equal(store.has(legacy(7n, dendrite)), true)
    }
    // The first of two records of the segment that has them.
    const file = `${path}.${sizes()[0]! > sizes()[1]! ? 0 : 1}`
    const bytes = readFileSync(file)
    bytes[bytes.indexOf('\n') + 5]! ^= 1
    writeFileSync(file, bytes)
    await using store = await open({ boot: async () => 'another boot' })
    assert.deepEqual([store.has(legacy(7n)), store.has(legacy(7n, 2))], [false, true])
    assert.ok(store.unknownUntilMs > clock.ms)
  })
})

/** Returns the list of what is renamed and synced, in its order, until it is disposed of. */
async function watchSyncs(folder: string): Promise<string[] & AsyncDisposable> {
  const handle = await files.open(folder)
  const prototype = Object.getPrototypeOf(handle) as FileHandle
  await handle.close()
  const calls: string[] = []
  const { rename } = files
  const { datasync, sync } = prototype
  prototype.datasync = function () {
    calls.push('datasync')
    return datasync.call(this)
  }
  prototype.sync = function () {
    calls.push('sync')
    return sync.call(this)
  }
  files.rename = (from, to) => {
    calls.push(`rename ${basename(String(to))}`)
    return rename(from, to)
  }
  syncBuiltinESMExports()
  return Object.assign(calls, {
    async [Symbol.asyncDispose]() {
      Object.assign(prototype, { datasync, sync })
      files.rename = rename
      syncBuiltinESMExports()
    },
  })
}
