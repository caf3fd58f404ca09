import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mock } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { PolicyInForce } from '#dist/app/chain/policy-in-force.js'
import { type KeepState, keepState } from '#dist/app/state/keep-state.js'
import { readState, type ServingState, statePath, stateText } from '#dist/app/state/serving-state.js'
import { publish } from '#dist/axon/events.js'
import type { AxonLoad } from '#dist/axon/load.js'
import { RequestStats } from '#dist/observe/request-stats.js'
import type { Standings } from '#dist/plugin/standing.js'
import { makePolicySettings } from '#dist/policy/settings.js'
import type { StoreState } from '#dist/store/nonce-store.js'
import { fileIn } from '../../support/file-in.ts'
import { alice, bob, charlie } from '../../support/signed-request.ts'

const record = {
  axon: 'axon',
  id: '1',
  address: '127.0.0.1',
  synapse: 'Prompting',
  claimed: alice.address,
  hotkey: alice.address,
  arrivedAt: 1_795_000_000_000,
  ms: 5,
  times: { done: 5 },
}

const load: AxonLoad = {
  connections: { open: 2, of: 1_024, top: [{ kind: 'hotkey', name: alice.address, amount: 2 }] },
  bodies: { bytes: 100, of: 1_000, top: [{ kind: 'network', name: '192.0.2.0/24', amount: 100 }] },
  checks: { waiting: 0, of: 256, top: [] },
  places: {
    atWork: 1,
    of: 16,
    waiting: 0,
    queue: 64,
    top: [{ kind: 'hotkey', name: alice.address, atWork: 1, waiting: 0 }],
  },
  nonces: { remembered: 7, of: 1_000_000 },
}
const store: StoreState = {
  kind: 'redis',
  failure: { code: 'TIMEOUT', message: 'no reply within 2000 ms', hint: 'start it', since: 1_795_000_000_000 },
  pause: { why: 'unknown', until: 1_795_000_004_000 },
}
const forged = [
  { hotkey: alice.address, address: '192.0.2.7', forged: 3, unchecked: 1, verified: 0, lastAt: 1_795_000_000_000 },
]

const ratesLeft = [{ hotkey: charlie.address, left: 0.5 }]

describe('the state of serve', () => {
  let folder: string
  let path: string
  let warnings: { event?: unknown; pid?: unknown; message?: unknown }[]
  let warned = () => {}
  let stats: RequestStats | undefined

  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'miner-state-')), 'chain')
    path = statePath(folder, { netuid: 1, hotkey: bob.address })
    warnings = []
  })
  afterEach(() => {
    stats?.[Symbol.dispose]()
    rmSync(join(folder, '..'), { recursive: true, force: true })
  })

  const standings: Standings = hotkey =>
    hotkey === alice.address ? { uid: 7, stakeRao: 1n, hasPermit: true } : 'unregistered'
  const lost: NonNullable<KeepState['neuron']> = () => ({
    chain: 'stale',
    noCallers: { message: 'the settings refuse every neuron', hint: 'lower --min-stake' },
    announcement: 'announced',
    ours: { ip: '203.0.113.7', port: 8091 },
    problems: { chain: { message: 'no endpoint answers', since: 1 }, announcement: null, address: null, disk: null },
  })
  const warn = (fields: object) => {
    warnings.push(fields)
    warned()
  }
  const policyWith = (settings: object) =>
    new PolicyInForce(makePolicySettings().parse(settings), { place: { hasChain: true }, neuron: null })
  const keep = (neuron = lost, policy = policyWith({ allow: [charlie.address] })) => {
    stats = new RequestStats({
      axon: 'axon',
      hotkey: bob.address,
      hasRow: hotkey => policy.allows(hotkey) || typeof standings(hotkey) === 'object',
      now: Date.now,
      onError: assert.ifError,
    })
    return keepState({
      path,
      log: { debug() {}, info() {}, warn, error: assert.ifError },
      stats,
      netuid: 1,
      network: 'finney',
      hotkey: bob.address,
      url: 'http://127.0.0.1:8091',
      port: 8091,
      miner: 'echo',
      dialect: 'prompting',
      hasPriority: false,
      hasBlacklist: true,
      standings,
      policy,
      rateLeft: ({ isExempt }) => (isExempt ? null : 2),
      ratesLeft: () => ratesLeft,
      neuron,
      load: () => load,
      store: () => store,
      forged: () => forged,
    })
  }

  it('is read as it was written: who asked, by uid, and what the chain is', async () => {
    {
      await using _state = keep()
      publish('answered', () => ({ ...record, status: 200 }))
      publish('answered', () => ({ ...record, hotkey: charlie.address, status: 200 }))
    }
    const { state, problem } = await readState(path)
    assert.equal(problem, null)
    assert.deepEqual(state?.load, load)
    assert.deepEqual(state?.forged, forged)
    assert.deepEqual(state?.store, store)
    assert.deepEqual([state?.ratesLeft, state?.hasBlacklist], [ratesLeft, true])
    assert.equal(state!.noCallers?.hint, 'lower --min-stake')
    assert.deepEqual(
      state!.requests.callers.map(({ uid, hotkey, answered, rateLeft }) => [uid, hotkey, answered, rateLeft]),
      [
        [7, alice.address, 1, 2],
        [null, charlie.address, 1, null],
      ],
    )
    const { pid, port, chain, ours, problem: trouble, stoppedAt, writtenAt, startedAt } = state!
    assert.deepEqual(
      [pid, port, chain, trouble],
      [process.pid, 8091, 'stale', { message: 'no endpoint answers', since: 1 }],
    )
    assert.deepEqual(ours, { ip: '203.0.113.7', port: 8091 })
    assert.ok(stoppedAt! >= startedAt && writtenAt >= startedAt)
  })

  it('is there as soon as the axon serves, and only its user can read it', async () => {
    const written = fileIn(folder)
    await using _state = keep()
    await written
    assert.equal((await readState(path)).state!.stoppedAt, null)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.equal(statSync(folder).mode & 0o777, 0o700)
    assert.deepEqual(readdirSync(folder), [`serving-1-${bob.address}.json`])
  })

  it('is renewed when the life on the chain changes, before its half minute is over', async () => {
    const report = {
      chain: 'fresh' as 'fresh' | 'stale',
      noCallers: null,
      announcement: 'off' as const,
      ours: null,
      problems: { chain: null, announcement: null, address: null, disk: null },
    }
    await using _state = keep(() => report)
    report.chain = 'stale'
    const deadline = performance.now() + 25_000
    while ((await readState(path)).state?.chain !== 'stale' && performance.now() < deadline) await setTimeout(200)
    assert.equal((await readState(path)).state?.chain, 'stale')
  })

  it('has a policy that is replaced while it is written, without waiting for the next time', async () => {
    mock.timers.enable({ apis: ['setInterval'] })
    try {
      const policy = policyWith({})
      await using _state = keep(lost, policy)
      policy.replace(makePolicySettings().parse({ deny: [alice.address] }))
      while ((await readState(path)).state?.policy?.deny.length !== 1) await setTimeout(10)
    } finally {
      mock.timers.reset()
    }
  })

  it('never keeps a miner from serving or stopping: the log says once that the disk refuses', async () => {
    mkdirSync(path, { recursive: true })
    writeFileSync(join(path, 'in the way'), '')
    {
      await using _state = keep()
    }
    assert.deepEqual(
      warnings.map(({ event }) => event),
      ['stateUnwritten'],
    )
    assert.match(String(warnings[0]!.message), /^cannot write the file that miner status reads: E[A-Z]+/)
    assert.deepEqual(readdirSync(folder).length, 1)
  })

  describe('beside another process', () => {
    const other = spawn(process.execPath, ['-e', 'process.stdin.resume()'])
    after(() => other.kill())

    const written = async (change: Partial<ServingState>) => {
      {
        await using _state = keep()
      }
      const { state } = await readState(path)
      const changed = { ...state!, pid: other.pid!, startedAt: 1, stoppedAt: null, ...change }
      writeFileSync(path, stateText(changed))
      return readFileSync(path, 'utf8')
    }
    const pids = () => warnings.map(({ event, pid }) => [event, pid])

    it('leaves the file of one that serves alone, and names it once', async () => {
      const text = await written({})
      {
        await using _state = keep()
      }
      assert.equal(readFileSync(path, 'utf8'), text)
      assert.deepEqual(pids(), [['servedTwice', other.pid]])
    })

    it('leaves the file alone when one in another container has taken it meanwhile', async () => {
      const text = await written({})
      rmSync(path)
      {
        const there = fileIn(folder)
        await using _state = keep()
        await there
        writeFileSync(path, text.replace(`"pid":${other.pid}`, `"pid":${process.pid}`))
      }
      assert.equal((await readState(path)).state!.startedAt, 1)
      assert.deepEqual(pids(), [['servedTwice', process.pid]])
    })

    it('takes the file of one that has stopped, was killed, or has written nothing for a minute', async () => {
      const killed = spawn(process.execPath, ['-e', ''])
      await once(killed, 'exit')
      const ends = [
        { stoppedAt: 2 },
        { pid: killed.pid! },
        { writtenAt: Date.now() - 61_000 },
        { writtenAt: Date.now() + 600_000 },
        { pid: process.pid },
      ]
      for (const change of ends) {
        await written(change)
        {
          await using _state = keep()
        }
        const { state } = await readState(path)
        assert.deepEqual([state!.pid, state!.startedAt > 1], [process.pid, true])
      }
      assert.deepEqual(warnings, [])
    })

    it('takes the file when the other one has stopped meanwhile', async () => {
      const text = await written({})
      {
        const { promise, resolve } = Promise.withResolvers<void>()
        warned = resolve
        await using _state = keep()
        await promise
        writeFileSync(path, text.replace('"stoppedAt":null', '"stoppedAt":2'))
      }
      assert.equal((await readState(path)).state!.pid, process.pid)
    })
  })

  it('is null, with the reason, when the file is garbage, and without one when it does not exist', async () => {
    assert.deepEqual(await readState(path), { state: null, problem: null })
    {
      await using _state = keep()
    }
    const good = readFileSync(path, 'utf8')
    const other = 'is not a state that this version of the miner wrote'
    for (const bad of [
      '',
      '{}',
      'null',
      '\0\0',
      good.slice(0, -20),
      good.replace('"version":1', '"version":2'),
      good.replace(/"pid":\d+/, '"pid":-1'),
    ]) {
      writeFileSync(path, bad)
      assert.deepEqual(await readState(path), { state: null, problem: other })
    }
    writeFileSync(path, ' '.repeat(9 * 1024 * 1024))
    assert.deepEqual((await readState(path)).problem, 'is larger than 8192 KiB')
    rmSync(path)
    mkdirSync(path)
    assert.equal((await readState(path)).problem, 'is not a regular file')
    rmSync(path, { recursive: true })
    writeFileSync(path, good)
    chmodSync(path, 0o666)
    assert.match((await readState(path)).problem!, /may be written by others/)
  })
})
