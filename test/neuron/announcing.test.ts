import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { OwnAddress } from '#dist/neuron/address/own-address.js'
import { announcementPath } from '#dist/neuron/disk/announcement-file.js'
import type { NeuronEvent } from '#dist/neuron/events.js'
import { RECORDED_BLOCK } from '../support/chain/recorded-subnet.ts'
import type { SourceAxon } from '../support/chain/source-subnet.ts'
import { startChainNode } from '../support/chain/start-chain-node.ts'
import { type NeuronOf, subnetOf } from '../support/chain/subnet-of.ts'
import { alice, bob } from '../support/signed-request.ts'
import { startLife } from '../support/start-life.ts'
import { StillClock } from '../support/still-clock.ts'

const SECOND = 1_000
const MINUTE = 60_000
const HOUR = 60 * MINUTE

const address: OwnAddress = { ip: '8.8.8.8' }
const ip = 0x0808_0808n
const what = { address, port: 8091, version: 1_000 }
const otherIp = 0x0909_0909n

/** A node with this miner, and a life on it. Its blocks come each 12 s of the clock, when `run` moves it. */
async function start(
  miner: Partial<NeuronOf> = {},
  node: Parameters<typeof startChainNode>[0] = {},
  { folder }: { folder?: string } = {},
) {
  const clock = new StillClock()
  const neurons = [
    { hotkey: alice.address, hasPermit: true },
    { hotkey: bob.address, ...miner },
  ]
  const server = await startChainNode({ subnets: [subnetOf(neurons)], now: clock.now, ...node })
  const started = await startLife(server, { clock, ...(folder && { folder }) })
  const { life, chain, events } = started
  const run = async (ms: number) => {
    for (let left = ms; left > 0; left -= 12 * SECOND) {
      server.makeBlock()
      // Time must not pass faster here than blocks reach the client.
      while ((await chain.head()).number < server.chain.finalised.number) await setImmediate()
      await clock.run(Math.min(left, 12 * SECOND))
    }
  }
  return {
    ...started,
    node: server,
    run,
    /** Begins to announce, and waits until that is decided. */
    async announce(options = what) {
      life.announce(options)
      await clock.rested()
    },
    /** The IP addresses that were announced, those that the chain refused too. */
    served: () => server.chain.served.map(served => served.ip),
    /** Announces another address under the same hotkey, as another machine would. */
    overwrite(axon: Partial<SourceAxon> = { ip: otherIp }) {
      server.change(subnet => ({
        ...subnet,
        neurons: subnet.neurons.map(one =>
          one.hotkey === bob.address
            ? { ...one, axon: { ...one.axon, block: BigInt(server.chain.head.number + 1), ...axon } }
            : one,
        ),
      }))
    },
    /** Ends this life, and begins the next one of the same miner, of its own address. */
    async restart() {
      await started.life[Symbol.asyncDispose]()
      return startLife(server, { clock, folder: started.folder })
    },
    only: (...names: string[]) => events.filter(({ event }) => names.includes(event)) as NeuronEvent[],
    async [Symbol.asyncDispose]() {
      await started[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

const sameAxon = { ip, port: 8091, version: 1_000, ip_type: 4, protocol: 4 }

describe('announcing', function () {
  this.timeout(60_000)

  describe('after a restart', () => {
    let folder: string
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'miner-announcing-'))
    })
    afterEach(() => rmSync(folder, { recursive: true, force: true }))

    /** Announces the next life of the miner, and waits until that is decided. */
    const announceAgain = async (next: Awaited<ReturnType<typeof startLife>>) => {
      next.life.announce(what)
      await next.clock.rested()
      return next.life.report().announcement
    }

    it('lets the address be, when the chain lost it twice in a day before that', async () => {
      await using started = await start({}, {}, { folder })
      await started.announce()
      await started.run(15 * MINUTE)
      started.overwrite()
      await started.run(20 * MINUTE)
      started.overwrite()
      await started.run(20 * MINUTE)
      assert.equal(started.life.report().announcement, 'elsewhere')

      await using next = await started.restart()
      assert.equal(await announceAgain(next), 'elsewhere')
      assert.equal(next.events.filter(({ event }) => event === 'announcedElsewhere').length, 1)
      assert.deepEqual(started.served(), [ip, ip])
      await started.clock.run(24 * HOUR)
      assert.deepEqual(started.served(), [ip, ip, ip])
    })

    it('counts a loss that it did not see', async () => {
      await using started = await start({}, {}, { folder })
      await started.announce()
      await started.run(15 * MINUTE)
      await using first = await started.restart()
      started.overwrite()
      await started.run(15 * MINUTE)
      assert.equal(await announceAgain(first), 'announced')
      await started.run(15 * MINUTE)
      assert.deepEqual(started.served(), [ip, ip])
      await first.life[Symbol.asyncDispose]()

      started.overwrite()
      await using second = await started.restart()
      await started.run(15 * MINUTE)
      assert.equal(await announceAgain(second), 'elsewhere')
      assert.deepEqual(started.served(), [ip, ip])
    })

    it('takes neither a former address of its own nor a new registration for a loss', async () => {
      await using started = await start({}, {}, { folder })
      await started.announce()
      await started.run(15 * MINUTE)
      await using next = await started.restart()
      next.life.announce({ ...what, port: 8092 })
      await started.run(15 * MINUTE)
      assert.equal(next.life.report().announcement, 'announced')
      assert.deepEqual(
        next.events.filter(({ event }) => event === 'announcementLost'),
        [],
      )
      started.node.deregister(bob.address)
      started.node.register({ hotkey: bob.address })
      await next.life[Symbol.asyncDispose]()
      await using anew = await started.restart()
      await started.run(MINUTE)
      assert.equal(await announceAgain(anew), 'announced')
      assert.deepEqual(started.served(), [ip, ip, ip])
    })

    it('asks the chain for no second announcement before the block of the first is final', async () => {
      await using started = await start({}, { finality: 'by hand' }, { folder })
      await started.announce()
      assert.deepEqual(started.served(), [ip])
      await using next = await started.restart()
      assert.equal(await announceAgain(next), 'waiting')
      assert.deepEqual(started.served(), [ip])
      started.node.chain.finalise()
      await started.clock.run(5 * MINUTE)
      assert.equal(next.life.report().announcement, 'announced')
      assert.deepEqual(started.served(), [ip])
    })

    it('waits for no announcement on a chain that was reset meanwhile', async () => {
      await using started = await start({}, {}, { folder })
      const { uid, registeredAt } = started.life.report()
      const path = announcementPath({ folder, network: started.node.url, netuid: 1, hotkey: bob.address })
      const block = RECORDED_BLOCK + 5_000
      writeFileSync(path, JSON.stringify({ format: 1, uid, registeredAt, block, lostAt: [] }), { mode: 0o600 })
      await started.announce()
      assert.deepEqual(started.served(), [ip])
      assert.equal(started.life.report().announcement, 'announced')
    })

    it('forgets what is damaged, and says so', async () => {
      await using started = await start({}, {}, { folder })
      await started.announce()
      const path = announcementPath({ folder, network: started.node.url, netuid: 1, hotkey: bob.address })
      assert.equal(statSync(path).mode & 0o777, 0o600)
      writeFileSync(path, '{"format":1,"lostAt":"often"}')
      await using next = await started.restart()
      assert.equal(await announceAgain(next), 'announced')
      const refused = next.events.find(({ event }) => event === 'historyRefused')
      assert.match(refused!.message, /cannot be used: it is damaged/)
    })
  })

  it('tells the chain where the axon is, signed by the hotkey', async () => {
    await using started = await start()
    await started.announce()
    const [served] = started.node.chain.served
    assert.deepEqual(
      [served?.hotkey, served?.ip, served?.port, served?.ip_type, served?.protocol, served?.version, served?.error],
      [bob.address, ip, 8091, 4, 4, 1_000, null],
    )
    const [announced] = started.only('announced')
    assert.match(announced!.message, /8\.8\.8\.8:8091/)
    assert.equal(started.life.report().announcement, 'announced')
    await started.run(HOUR)
    assert.equal(started.served().length, 1)
    assert.equal(started.life.report().onChain?.ip, '8.8.8.8')
  })

  it('announces an IPv6 address', async () => {
    await using started = await start()
    await started.announce({ ...what, address: { ip: '2600::1' } })
    const [served] = started.node.chain.served
    assert.deepEqual([served?.ip, served?.ip_type], [0x2600_0000_0000_0000_0000_0000_0000_0001n, 6])
    await started.run(10 * MINUTE)
    assert.match(started.only('announced')[0]!.message, / at \[2600::1\]:\d+$/)
    assert.equal(started.served().length, 1)
  })

  it('skips what the chain says already', async () => {
    await using started = await start({ axon: sameAxon })
    await started.announce()
    await started.run(HOUR)
    assert.deepEqual(started.served(), [])
    assert.equal(started.only('alreadyAnnounced').length, 1)
    assert.equal(started.life.report().announcement, 'announced')
  })

  it('announces another version once, at the start', async () => {
    await using started = await start({ axon: { ...sameAxon, version: 999 } })
    await started.announce()
    assert.deepEqual(started.served(), [ip])
    started.overwrite({ version: 998 })
    await started.run(2 * HOUR)
    assert.deepEqual(started.served(), [ip])
  })

  it('waits for the serving rate limit, without asking', async () => {
    const axon = { ...sameAxon, ip: otherIp, block: BigInt(RECORDED_BLOCK - 20) }
    await using started = await start({ axon })
    await started.announce()
    assert.deepEqual(started.served(), [])
    assert.equal(started.life.report().announcement, 'waiting')
    const [delayed] = started.only('announcementDelayed')
    assert.ok(delayed && 'waitMs' in delayed && delayed.reason === 'rateLimit')
    assert.equal(delayed.waitMs, 30 * 12 * SECOND)
    await started.run(10 * MINUTE)
    const served = started.node.chain.served.map(({ ip, error }) => [ip, error])
    assert.deepEqual(served, [[ip, null]])
    assert.equal(started.only('announcementDelayed').length, 1)
  })

  it('announces again when the chain shows another address, and lets it be the second time in a day', async () => {
    await using started = await start()
    await started.announce()
    await started.run(15 * MINUTE)
    started.overwrite()
    await started.run(20 * MINUTE)
    assert.deepEqual(started.served(), [ip, ip])
    assert.equal(started.only('announcementLost').length, 1)

    started.overwrite()
    await started.run(3 * HOUR)
    assert.deepEqual(started.served(), [ip, ip])
    assert.equal(started.only('announcementLost').length, 2)
    const [elsewhere, ...more] = started.only('announcedElsewhere')
    assert.match(elsewhere!.message, /9\.9\.9\.9.*two machines use this hotkey/)
    assert.deepEqual(more, [])
    assert.equal(started.life.report().announcement, 'elsewhere')
    assert.equal(started.life.report().onChain?.ip, '9.9.9.9')
  })

  it('leaves the address to another machine once the axon drains', async () => {
    await using started = await start()
    await started.announce()
    await started.run(10 * MINUTE)
    started.life.endAnnouncing()
    started.overwrite()
    await started.run(3 * HOUR)
    assert.deepEqual(started.served(), [ip])
    assert.deepEqual(started.only('announcementLost', 'announcedElsewhere'), [])
    assert.equal(started.life.chainState(), 'fresh')
  })

  it('announces again what was taken back', async () => {
    await using started = await start()
    await started.announce()
    await started.run(15 * MINUTE)
    started.overwrite({ ip: 0n, port: 1 })
    await started.run(20 * MINUTE)
    // The block of an announcement that was taken back is not known, so the chain has to tell of its rate limit.
    const served = started.node.chain.served.map(({ ip, error }) => [ip, error])
    assert.deepEqual(served, [
      [ip, null],
      [ip, 'ServingRateLimitExceeded'],
      [ip, null],
    ])
  })

  it('does not take the time until a block is final for a loss', async () => {
    await using started = await start({}, { finality: 'by hand' })
    const { node, clock } = started
    await started.announce()
    await clock.run(2 * MINUTE)
    assert.deepEqual(started.served(), [ip])
    node.chain.finalise()
    await started.clock.run(5 * MINUTE)
    assert.deepEqual(started.served(), [ip])
    assert.deepEqual(started.only('announcementLost'), [])
  })

  it('announces another address when this machine gets one', async () => {
    let found = '8.8.8.8'
    const find = async () => found
    await using started = await start()
    await started.announce({ ...what, address: { ip: found, find } })
    await started.run(15 * MINUTE)
    found = '9.9.9.9'
    await started.run(70 * MINUTE)
    assert.deepEqual(started.served(), [ip, otherIp])
    assert.equal(started.only('addressChanged').length, 1)
    assert.deepEqual(started.only('announcementLost'), [])
  })

  it('looks for another address when the chain is back after an outage', async () => {
    let asked = 0
    const find = async () => {
      asked++
      return '8.8.8.8'
    }
    await using started = await start()
    const { node } = started
    await started.announce({ ...what, address: { ip: '8.8.8.8', find } })
    await started.run(10 * MINUTE)
    node.faults.upgrade = { status: 503 }
    node.drop()
    await started.until('stale')
    node.faults.upgrade = undefined
    await started.until('fresh')
    await started.run(MINUTE)
    assert.equal(asked, 1)
  })

  it('keeps its address while the services fail, and says so once', async () => {
    const find = () => Promise.reject(new Error('no two agree'))
    await using started = await start()
    await started.announce({ ...what, address: { ip: '8.8.8.8', find } })
    await started.run(66 * MINUTE)
    assert.deepEqual(started.served(), [ip])
    const [unknown] = started.only('addressUnknown')
    assert.match(unknown!.message, /meanwhile 8\.8\.8\.8 stays announced/)
    assert.match(unknown!.hint!, /--axon-external-ip/)
    assert.ok(started.life.report().problems.address)
  })

  for (const form of ['in the block', 'before it'] as const) {
    const refusals = {
      'in the block': (error: string) => ({ error }),
      'before it': (_: string, custom: number) => ({ custom, at: 'validation' as const }),
    }

    it(`waits out a rate limit that the chain tells of ${form}`, async () => {
      await using started = await start()
      const { node } = started
      node.chain.announcementRefusal = refusals[form]('ServingRateLimitExceeded', 12)
      await started.announce()
      const [failed] = started.only('announcementFailed')
      assert.ok(failed && 'code' in failed)
      assert.equal(failed.code, 'ANNOUNCED_TOO_OFTEN')
      assert.equal(started.life.report().announcement, 'failing')
      const tried = started.served().length
      await started.run(9 * MINUTE)
      assert.equal(started.served().length, tried)
      node.chain.announcementRefusal = undefined
      await started.run(3 * MINUTE)
      assert.equal(started.only('announced').length, 1)
      assert.equal(started.life.report().problems.announcement, null)
    })

    it(`tries an address that the chain refuses ${form} once an hour`, async () => {
      await using started = await start()
      const { node } = started
      node.chain.announcementRefusal = refusals[form]('InvalidIpAddress', 11)
      await started.announce()
      await started.run(50 * MINUTE)
      const failed = started.only('announcementFailed')
      assert.equal(failed.length, 1)
      assert.ok('code' in failed[0]! && failed[0].code === 'ADDRESS_REFUSED')
      assert.match(failed[0].message, /the miner goes on serving, and tries again in 60 min/)
      node.chain.announcementRefusal = undefined
      await started.run(15 * MINUTE)
      assert.equal(started.only('announced').length, 1)
    })
  }

  it('looks at the registration when the chain refuses a hotkey that is not registered', async () => {
    await using started = await start()
    const { node, life } = started
    node.deregister(bob.address)
    await started.announce()
    await started.run(MINUTE)
    await life.deregistered
    const tried = started.served().length
    await started.run(HOUR)
    assert.equal(started.served().length, tried)
    assert.equal(life.report().announcement, 'off')
    assert.equal(life.report().problems.announcement, null)
  })

  it('announces nothing for a lost place, and at once for a new one', async () => {
    await using started = await start()
    const { node, life } = started
    await started.announce()
    await started.run(15 * MINUTE)
    node.deregister(bob.address)
    await started.run(30 * MINUTE)
    await life.deregistered
    assert.deepEqual(started.served(), [ip])
    node.register({ hotkey: bob.address })
    await started.run(5 * MINUTE)
    assert.deepEqual(started.served(), [ip, ip])
    assert.deepEqual(started.only('announcementLost'), [])
  })

  it('tries again, seldom, when no node takes the announcement, and goes on reading', async () => {
    await using started = await start()
    const { node, life } = started
    node.chain.announcementRefusal = { error: 'NotEnoughBalanceToStake' }
    await started.announce()
    await started.run(30 * MINUTE)
    assert.equal(life.chainState(), 'fresh')
    const tries = started.served().length
    assert.ok(tries >= 3 && tries <= 9, String(tries))
    assert.ok(started.only('announcementFailed').length < tries)
    node.chain.announcementRefusal = undefined
    await started.run(12 * MINUTE)
    assert.equal(life.report().announcement, 'announced')
  })
})
