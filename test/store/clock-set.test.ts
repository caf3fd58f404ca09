import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDiskStore } from '#dist/store/disk/disk-store.js'
import { MemoryStore } from '#dist/store/memory-store.js'
import type { NonceOwner, NonceStore, SignedNonce } from '#dist/store/nonce-store.js'
import type { StoreEvent } from '#dist/store/store-events.js'
import { requireKnown } from '#dist/store/unknown-time.js'

const alice: NonceOwner = { countedAs: 'alice', isStranger: false }
const KEEP_MS = 64_000
const AHEAD_MS = 4_000
const MINUTE = 60_000
const HOUR = 3_600_000

/** A machine whose clock can be set, and which can be started again. */
class Machine {
  /** the true time, epoch milliseconds */
  trueMs = 1_795_000_000_000
  /** how far its clock is ahead of that */
  offMs = 0
  boot = 1
  #bootAt = this.trueMs - 90_000

  readonly now = () => this.trueMs + this.offMs
  readonly steady = () => this.trueMs - this.#bootAt

  startAgain(): void {
    this.trueMs += 20_000
    this.#bootAt = this.trueMs - 5_000
    this.boot++
  }

  /** A nonce of a caller whose clock is right, but for so many milliseconds. */
  nonce(aheadMs = 0): SignedNonce {
    const signedAtNs = BigInt(this.trueMs + aheadMs) * 1_000_000n + 1n
    return { replayKey: `alice:${signedAtNs}`, signedAtNs, keepMs: KEEP_MS, sequence: null, legacy: null }
  }

  /** What becomes of a nonce, by the checks of the stage verify in their order. */
  async ask(store: NonceStore, nonce: SignedNonce): Promise<string> {
    const nowMs = this.now()
    const ageMs = nowMs - Number(nonce.signedAtNs / 1_000_000n)
    if (ageMs > MINUTE || -ageMs > AHEAD_MS) return 'not fresh'
    if (nonce.signedAtNs <= store.floorNs) return 'below the floor'
    try {
      requireKnown(nonce.signedAtNs, { nowMs, unknownUntilMs: store.unknownUntilMs })
      return (await store.spend(nonce, alice, nowMs)) ? 'answered' : 'seen'
    } catch (error) {
      return (error as { code: string }).code
    }
  }
}

describe('a clock that is set', () => {
  let folder: string
  let machine: Machine
  const events: StoreEvent[] = []
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'miner-clock-set-'))
    machine = new Machine()
    events.length = 0
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const open = () =>
    openDiskStore({
      path: join(folder, 'store', 'nonces'),
      perCaller: 1_000,
      inAll: 10_000,
      now: machine.now,
      steady: machine.steady,
      onEvent: event => events.push(event),
      boot: async () => `boot ${machine.boot}`,
    })

  /** Answers callers for eleven minutes by the right clock. `tail` is what a power cut would lose. */
  async function firstRun(): Promise<{ kept: SignedNonce[]; tail: SignedNonce[] }> {
    await (await open())[Symbol.asyncDispose]()
    machine.trueMs += 10_000
    const store = await open()
    const spend = async (nonces: readonly SignedNonce[]) => {
      for (const nonce of nonces) assert.equal(await machine.ask(store, nonce), 'answered')
      return nonces
    }
    const kept: SignedNonce[] = []
    for (let at = 0; at < 22; at++) {
      machine.trueMs += 30_000
      kept.push(...(await spend([machine.nonce(), machine.nonce(3_900)])))
    }
    cpSync(join(folder, 'store'), join(folder, 'synced'), { recursive: true, filter: file => !file.endsWith('.lock') })
    machine.trueMs += 2_000
    const tail = [...(await spend([machine.nonce(), machine.nonce(3_900)]))]
    await store[Symbol.asyncDispose]()
    return { kept, tail }
  }

  const losses = {
    'the files whole': () => {},
    'the last records lost': () => {
      rmSync(join(folder, 'store'), { recursive: true })
      cpSync(join(folder, 'synced'), join(folder, 'store'), { recursive: true })
    },
    'the files lost': () => rmSync(join(folder, 'store'), { recursive: true }),
  }
  const offsets = { right: 0, 'ten minutes behind': -10 * MINUTE, 'two hours ahead': 2 * HOUR }

  for (const [files, lose] of Object.entries(losses))
    for (const boots of ['the same boot', 'another boot'])
      for (const [clock, offMs] of Object.entries(offsets)) {
        // Without a power cut nothing loses the last records only.
        if (files === 'the last records lost' && boots === 'the same boot') continue
        it(`answers nothing twice and everyone soon, after a start with ${files}, in ${boots}, with a clock that is ${clock} until it is set right`, async () => {
          const { kept, tail } = await firstRun()
          const spent = [...kept, ...tail]
          lose()
          machine.trueMs += 500
          if (boots === 'another boot') machine.startAgain()
          machine.offMs = offMs
          const answeredAgain = async (store: NonceStore) => {
            for (const nonce of spent) assert.notEqual(await machine.ask(store, nonce), 'answered')
          }
          {
            await using store = await open()
            for (const ms of [0, 3_000, 2_000, 10_000]) {
              machine.trueMs += ms
              // A clock that is behind takes what was forgotten ten minutes ago for new, if no file tells.
              if (files !== 'the files lost' || offMs === 0) await answeredAgain(store)
            }
            machine.offMs = 0
            await answeredAgain(store)
            assert.equal(await machine.ask(store, machine.nonce()), 'answered')
            spent.push(machine.nonce())
          }
          for (const restart of ['the same boot', 'another boot']) {
            machine.trueMs += 500
            if (restart === 'another boot') machine.startAgain()
            await using store = await open()
            await answeredAgain(store)
            machine.trueMs += 4_500
            await answeredAgain(store)
            assert.equal(await machine.ask(store, machine.nonce()), 'answered', `after a restart in ${restart}`)
            spent.push(machine.nonce())
          }
        })
      }

  for (const stepMs of [HOUR, -HOUR])
    it(`counts the 4 s on through a restart, though the clock is set by ${stepMs / MINUTE} minutes meanwhile`, async () => {
      await (await open())[Symbol.asyncDispose]()
      machine.trueMs += 1_000
      machine.offMs = stepMs
      await using store = await open()
      assert.equal(store.unknownUntilMs, machine.now() + 3_000)
      machine.offMs = 0
      assert.equal(store.unknownUntilMs, machine.now() + 3_000)
    })

  it('is told at a start where it lies before what was dropped, with what mends it', async () => {
    await firstRun()
    events.length = 0
    machine.offMs = -10 * MINUTE
    await using store = await open()
    const [event] = events
    assert.partialDeepStrictEqual(event, { level: 'warn', event: 'clockSetBack' })
    assert.match(event!.hint!, /by NTP; if it is right, stop the miner, delete .*nonces\.0 and \.1/)
    assert.partialDeepStrictEqual(store.state.pause, { why: 'clockSetBack' })
    machine.offMs = 0
    assert.equal(store.state.pause, null)
  })

  it('moves the start of a store in memory with it', async () => {
    const before = machine.nonce()
    machine.trueMs += 1_000
    for (const offMs of [-10 * MINUTE, 2 * HOUR]) {
      machine.offMs = offMs
      const store = new MemoryStore({ now: machine.now, steady: machine.steady, perCaller: 10, inAll: 10 })
      machine.trueMs += 1_000
      machine.offMs = 0
      assert.equal(await machine.ask(store, before), 'below the floor')
      assert.equal(await machine.ask(store, machine.nonce()), 'answered')
    }
  })
})
