import assert from 'node:assert/strict'
import { limitRules, limitsOf, makeLimitSettings } from '#dist/axon/limit-settings.js'
import { defaultAxonLimits } from '#dist/axon/limits.js'
import { peakOf } from '../support/memory.ts'
import { type MinerProcess, startMiner } from '../support/miner-process.ts'
import { bytesOf, charlie, send, signedRequest } from '../support/signed-request.ts'
import { RawConnection } from './raw-connection.ts'
import { realSockets } from './real-sockets.ts'

const args = ['serve', '--dev', '--use', 'echo', '--axon-port', '0']

async function assertAnswers(miner: MinerProcess): Promise<void> {
  using health = await RawConnection.open(miner.port)
  assert.equal((await health.write('GET /healthz HTTP/1.1\r\n\r\n').reply())?.status, 200)
  assert.equal((await send(miner.url, signedRequest({ by: charlie }))).status, 200)
}

describe('the settings of the limits', () => {
  realSockets()

  it('have the defaults of the axon, and set each of its limits', () => {
    const values = makeLimitSettings().parse({})
    assert.deepEqual(limitsOf(values), defaultAxonLimits)
    assert.deepEqual(limitRules(values), [])
    const limits = Object.values(limitsOf(values))
    for (const key of Object.keys(values)) {
      const others = Object.values(limitsOf({ ...values, [key]: 77 }))
      assert.equal(others.filter((value, at) => value !== limits[at]).length, 1, key)
    }
  })

  it('keep a miner open to others while one hotkey fills its connections with pings', async () => {
    await using miner = await startMiner([...args, '--limits-connections', '64'])
    const ping = () => bytesOf(signedRequest({ synapse: 'Synapse', fields: {} }))
    const idle: RawConnection[] = []
    for (let at = 0; at < 64; at++) {
      const connection = await RawConnection.open(miner.port)
      assert.equal((await connection.write(ping()).reply())?.status, 200)
      idle.push(connection)
    }
    for (let round = 0; round < 5; round++) {
      await assertAnswers(miner)
      await Promise.all(idle.map(async one => one.socket.destroyed || one.write(ping()).reply()))
    }
    for (const { socket } of idle) socket.destroy()
  })

  it('bound the memory of the process while signed bodies stall one byte before their end', async function () {
    await using miner = await startMiner([...args, '--limits-bodies', '8MiB', '--limits-body-window', '1m'])
    await assertAnswers(miner)
    const before = peakOf(miner.pid)
    if (before === null) this.skip()
    const body = JSON.stringify({ roles: ['user'], messages: ['hi'], completion: '', padding: ' '.repeat(1_000_000) })
    const stalling: RawConnection[] = []
    for (let at = 0; at < 250; at++) {
      const connection = await RawConnection.open(miner.port)
      stalling.push(connection.write(bytesOf(signedRequest({ fields: body })).subarray(0, -1)))
      if (at % 50 === 0) await assertAnswers(miner)
    }
    await assertAnswers(miner)
    const grown = peakOf(miner.pid)! - before
    // The budget, and some 80 MB that the collector of garbage has not yet freed, however many bodies come. All are 250 MB.
    assert.ok(grown < 160, `${grown} MB`)
    for (const { socket } of stalling) socket.destroy()
  })
})
