import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { dayOf, dayText } from '#dist/money/day.js'
import { startMiner } from '../support/miner-process.ts'
import { type Behaviour, said, stalled, startModelServer } from '../support/model-server.ts'
import { doctorHome, runDoctor, withoutChain } from '../support/run-doctor.ts'
import { alice, bob, send, signedRequest } from '../support/signed-request.ts'

const prices = '[prices.m]\ninput = 1000\noutput = 1000\n'

describe('miner doctor of a budget', () => {
  let place: ReturnType<typeof doctorHome>
  let file: string
  beforeEach(() => {
    place = doctorHome()
    file = join(place.home, 'config.toml')
    writeFileSync(file, prices)
  })
  afterEach(() => place[Symbol.dispose]())

  const flags = (...more: string[]) => [
    ...[...withoutChain, '--config', file, '--model', 'm', '--base-url', 'http://127.0.0.1:9/v1', '--max-tokens', '10'],
    ...more,
  ]
  const check = (...more: string[]) => runDoctor(flags('--only', 'budget', ...more), { env: place.env })

  /** Writes what a miner spent, in dollars, as it does. */
  function write(spent: Readonly<Record<string, number>>, day = dayText(dayOf(Date.now()))): string {
    const folder = join(place.env.MINER_DATA_DIR, 'chain', `money-1-${bob.address}`)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const nano = Object.fromEntries(Object.entries(spent).map(([name, usd]) => [name, Math.round(usd * 1e9)]))
    const path = join(folder, 'budget.json')
    writeFileSync(path, JSON.stringify({ format: 1, day, spent: nano }), { mode: 0o600 })
    return path
  }

  it('says nothing without one, whatever the file holds', async () => {
    chmodSync(write({ all: 1 }), 0o666)
    assert.deepEqual((await check()).brief, [])
  })

  it('tells what is spent of it', async () => {
    assert.equal((await check('--budget', '5usd/day')).of('budget')[0]!.message, '$0 of 5usd/day are spent today')
    write({ all: 1.25 })
    const { code, of } = await check('--budget', '5usd/day')
    assert.deepEqual([code, of('budget')[0]!.message], [0, '$1.25 of 5usd/day are spent today'])
  })

  it('finds one that is spent, in the file of the day', async () => {
    const path = write({ all: 5 })
    const { code, brief, of } = await check('--budget', '5usd/day')
    assert.deepEqual([code, brief], [1, ['budget fault BUDGET_USED_UP']])
    const [{ message, how, hint }] = of('budget') as [ReturnType<typeof of>[number]]
    assert.equal(message, '$5.00 of 5usd/day are spent: requests are refused until the day (UTC) turns')
    assert.ok(how.startsWith(`read ${path}, `), how)
    assert.match(hint!, /^raise --budget, or wait until midnight \(UTC\), in \d+ (h|min|s)$/)
  })

  it('finds one that leaves less than the least question may cost', async () => {
    write({ all: 4.995 })
    assert.deepEqual((await check('--budget', '5usd/day')).brief, ['budget fault BUDGET_USED_UP'])
  })

  it('warns when four fifths are spent', async () => {
    write({ all: 8 })
    const { code, brief } = await check('--budget', '10usd/day')
    assert.deepEqual([code, brief], [0, ['budget warning BUDGET_NEAR']])
  })

  it('warns of a hotkey whose budget is spent', async () => {
    write({ all: 1, [alice.address]: 1 })
    const { code, brief, of } = await check('--budget', '5usd/day', '--budget-each', '1usd/day')
    assert.deepEqual([code, brief], [0, ['budget warning BUDGET_USED_UP']])
    assert.ok(of('budget')[0]!.message.startsWith(`the budget of ${alice.address} is spent, `))
  })

  it('forgets the file of another day, and finds one that serve would refuse', async () => {
    write({ all: 5 }, '2026-01-01')
    assert.deepEqual((await check('--budget', '5usd/day')).brief, ['budget ok'])
    write({ all: 5 }, dayText(dayOf(Date.now()) + 7))
    assert.deepEqual((await check('--budget', '5usd/day')).brief, ['budget fault BUDGET_AHEAD'])
    chmodSync(write({ all: 1 }), 0o666)
    assert.deepEqual((await check('--budget', '5usd/day')).brief, ['budget fault BUDGET_UNREADABLE'])
  })

  it('finds what keeps miner serve from its start', async () => {
    const low = await check('--budget', '0.001usd/day')
    assert.deepEqual([low.code, low.brief], [1, ['budget fault RULE_BROKEN']])
    assert.match(low.of('budget')[0]!.message, /^budget\.limit cannot be kept: one answer may cost \$0\.\d+,/)
    writeFileSync(file, '')
    const unpriced = await check('--budget', '5usd/day')
    assert.deepEqual([unpriced.code, unpriced.brief], [1, ['budget fault RULE_BROKEN']])
    assert.match(
      unpriced.of('budget')[0]!.message,
      /m at 127\.0\.0\.1:9 has no price in dollars per million tokens \(--budget\)$/,
    )
  })

  describe('of a miner that runs', () => {
    const served = [...withoutChain, '--axon-host', '127.0.0.1', '--axon-port', '0', '--max-tokens', '10']

    /** Starts a miner whose store is on the disk, so that its budget is, too; it takes requests once its nonces are known. */
    async function start(behaviour: Behaviour, ...more: string[]) {
      const model = await startModelServer(behaviour)
      const args = [...served, '--config', file, '--model', 'm', '--base-url', model.url, '--store', 'disk', ...more]
      const miner = await startMiner(['serve', ...args], { env: place.env })
      const unknown = miner.records.find(({ event }) => event === 'noncesUnknown')
      await setTimeout(Math.max(0, Number(unknown?.untilMs ?? 0) - Date.now() + 2))
      return {
        miner,
        model,
        check: () => runDoctor([...args, '--only', 'budget'], { env: place.env }),
        async [Symbol.asyncDispose]() {
          await miner[Symbol.asyncDispose]()
          await model[Symbol.asyncDispose]()
        },
      }
    }

    it('goes by its admin port rather than by its file, which is ahead', async () => {
      write({ all: 3 })
      await using it = await start(said('Hello'), '--admin-port', '0', '--budget', '5usd/day')
      write({ all: 5 })
      const { brief, of } = await it.check()
      assert.deepEqual(brief, ['budget ok'])
      assert.equal(of('budget')[0]!.message, '$3.00 of 5usd/day are spent today')
      assert.match(of('budget')[0]!.how, /^asked the admin port http:\/\/127\.0\.0\.1:\d+$/)
    })

    it('tells what is reserved from what is spent', async () => {
      await using it = await start(stalled(), '--admin-port', '0', '--budget', '2usd/day')
      const asking = send(it.miner.url, signedRequest()).catch(() => {})
      await it.model.arrived(0)
      const { code, brief, of } = await it.check()
      assert.deepEqual([code, brief], [0, ['budget warning BUDGET_NEAR']])
      assert.match(
        of('budget')[0]!.message,
        /^\$0 of 2usd\/day are spent, and requests in progress reserve \$\d\.\d+: /,
      )
      it.miner.send('SIGKILL')
      await asking
    })

    it('tells of the requests that a budget refused', async () => {
      await using it = await start(said('Hello'), '--admin-port', '0', '--budget', '2usd/day')
      const long = { roles: ['user'], messages: ['hi '.repeat(1_000)], completion: '' }
      assert.equal((await send(it.miner.url, signedRequest({ fields: long }))).status, 429)
      const { code, brief, of } = await it.check()
      assert.deepEqual([code, brief], [0, ['budget warning BUDGET_USED_UP']])
      assert.match(of('budget')[0]!.message, /^1 request of the last hour was refused, /)
    })
  })
})
