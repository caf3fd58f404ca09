import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { checkClock } from '#dist/doctor/machine/clock.js'
import { readHttpDate } from '#dist/doctor/network/http-date.js'

const { signal } = new AbortController()

/** A server whose clock is ahead of that of this machine. */
async function startServer(aheadMs: number | null) {
  const server = createServer((_, response) => {
    response.sendDate = false
    if (aheadMs !== null) response.setHeader('date', new Date(Date.now() + aheadMs).toUTCString())
    response.statusCode = 405
    response.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}

describe('the check of the clock', () => {
  const findingOf = async (...aheads: readonly (number | null)[]) => {
    await using servers = new AsyncDisposableStack()
    const readings = []
    for (const ahead of aheads) {
      const { url } = servers.use(await startServer(ahead))
      readings.push(await readHttpDate(url, { signal }))
    }
    return checkClock(
      readings.flatMap(one => one ?? []),
      aheads.flatMap((ahead, at) => (ahead === null ? [`server ${at}`] : [])),
    )
  }

  for (const [ahead, verdict, code] of [
    [0, 'ok', undefined],
    // The allowance for a slow machine is in the reading: it counts the way there and back.
    [60_000, 'fault', 'CLOCK_OFF'],
    [-60_000, 'fault', 'CLOCK_OFF'],
    [-10_000, 'warning', 'CLOCK_DRIFTS'],
  ] as const)
    it(`calls a server that is ${ahead / 1000} s ahead ${verdict}`, async () => {
      const found = await findingOf(ahead)
      assert.deepEqual([found.verdict, found.code], [verdict, code])
    })

  it('tells which way the clock is off, by how much, and what sets it', async () => {
    const slow = await findingOf(60_000)
    assert.match(
      slow.message,
      /^the clock of this machine is 5\d\.\d s slow, or more: .* of the future, and refuses it$/,
    )
    assert.match(slow.hint!, /^sudo timedatectl set-ntp true;/)
    assert.match((await findingOf(-600_000)).message, /^the clock of this machine is 9 min fast, or more: .* too old/)
  })

  it('goes by the median, so that a server which is wrong itself does not count', async () => {
    assert.equal((await findingOf(0, 0, 900_000)).verdict, 'ok')
    assert.equal((await findingOf(900_000, 900_000, 0)).verdict, 'fault')
  })

  it('allows for the time that the reply took', () => {
    assert.equal(checkClock([{ from: 'far', offMs: 9_000, byMs: 5_500 }], []).verdict, 'warning')
    assert.equal(checkClock([{ from: 'far', offMs: 9_000, byMs: 9_000 }], []).verdict, 'ok')
  })

  it('is unknown without a server that tells the time', async () => {
    const none = await findingOf(null)
    assert.deepEqual([none.verdict, none.message], ['unknown', 'the time could not be read from server 0'])
    assert.equal(checkClock([], []).verdict, 'unknown')
  })

  it('fails for a server that is not there, and ends with its signal', async () => {
    await using gone = await startServer(0)
    await gone[Symbol.asyncDispose]()
    await assert.rejects(readHttpDate(gone.url, { signal }), /ECONNREFUSED/)
    await assert.rejects(readHttpDate(gone.url, { signal: AbortSignal.abort(new Error('enough')) }), /enough/)
  })
})
