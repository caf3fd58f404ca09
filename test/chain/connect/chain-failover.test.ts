import assert from 'node:assert/strict'
import { type AddressInfo, connect, createServer } from 'node:net'
import { ChainFailover } from '#dist/chain/connect/chain-failover.js'
import { type ChainLimits, defaultLimits } from '#dist/chain/connect/limits.js'
import { type ChainServer, startChainNode } from '../../support/chain/start-chain-node.ts'
import { startChainProxy } from '../../support/chain/start-chain-proxy.ts'
import { subnetOf } from '../../support/chain/subnet-of.ts'
import { closedPort, type EventRecorder, impatient, recordEvents, turn } from '../../support/chain/watched-chain.ts'
import { alice } from '../../support/signed-request.ts'

const MINUTE = 60_000
const subnets = [subnetOf([{ hotkey: alice.address }])]

/** A node whose clock is off by so many milliseconds. */
const startAt = (offset: number) => startChainNode({ subnets, now: () => Date.now() + offset })

type Options = { readonly isLocal?: boolean; readonly limits?: Partial<ChainLimits>; readonly now?: () => number }

/** Connects to nodes as to machines elsewhere, whose heads are looked at. */
function connectTo(nodes: readonly { readonly url: string }[], options: Options = {}): ChainFailover & EventRecorder {
  const { isLocal = false, limits, now = Date.now } = options
  const events = recordEvents()
  const failover = new ChainFailover({
    network: { endpoints: nodes.map(({ url }) => url), isLocal },
    limits: { ...defaultLimits, ...impatient, ...limits },
    now,
    onEvent: events.onEvent,
  })
  return Object.assign(failover, events)
}

/** Starts an endpoint with several nodes, each of which has the next connection. */
async function startBalancer(nodes: readonly ChainServer[]): Promise<AsyncDisposable & { readonly url: string }> {
  let count = 0
  const server = createServer(socket => {
    const node = connect(nodes[count++ % nodes.length]!.port, '127.0.0.1')
    for (const [one, other] of [
      [socket, node],
      [node, socket],
    ] as const)
      one.pipe(other).on('error', () => one.destroy())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      await new Promise(resolve => server.close(resolve))
    },
  }
}

/** The URL of the endpoint in use. */
function endpointOf(failover: ChainFailover): Promise<string> {
  return failover.use(async link => link.endpoint.url, { signal: undefined, isRepeatable: true })
}

describe('ChainFailover', () => {
  it('passes over an endpoint whose head is old when another one’s is newer', async () => {
    await using old = await startAt(-10 * MINUTE)
    await using fresh = await startAt(0)
    await using failover = connectTo([old, fresh], { limits: { restMs: MINUTE } })
    assert.equal(await endpointOf(failover), fresh.url)
    const { behindMs, isOnlyThis } = await failover.next('chainBehind', { endpoint: old.url })
    assert.equal(isOnlyThis, true)
    assert.ok(behindMs >= 10 * MINUTE && behindMs < 11 * MINUTE, `${behindMs}`)
    assert.deepEqual(
      failover.all.map(({ event }) => event),
      ['chainBehind', 'chainConnected'],
    )
  })

  it('stays with the first endpoint when all heads are equally old, and tells that', async () => {
    await using first = await startAt(-10 * MINUTE)
    await using second = await startAt(-10 * MINUTE)
    await using failover = connectTo([first, second])
    assert.equal(await endpointOf(failover), first.url)
    const { isOnlyThis, hint } = await failover.next('chainBehind', { endpoint: first.url })
    assert.equal(isOnlyThis, false)
    assert.match(hint, /NTP/)
    assert.equal(await endpointOf(failover), first.url)
    assert.equal(second.connections.accepted, 1)
  })

  it('takes the newest of heads that are all old, and tells that', async () => {
    await using older = await startAt(-20 * MINUTE)
    await using old = await startAt(-10 * MINUTE)
    await using failover = connectTo([older, old], { limits: { restMs: MINUTE } })
    assert.equal(await endpointOf(failover), old.url)
    await failover.next('chainBehind', { endpoint: older.url, isOnlyThis: true })
    await failover.next('chainBehind', { endpoint: old.url, isOnlyThis: false })
  })

  it('leaves an endpoint that falls behind while it is in use', async () => {
    await using first = await startAt(0)
    await using second = await startAt(0)
    let ahead = 0
    await using failover = connectTo([first, second], { now: () => Date.now() + ahead, limits: { restMs: MINUTE } })
    assert.equal(await endpointOf(failover), first.url)
    // Time passes, and only the second goes on with the chain.
    ahead = 5 * MINUTE
    second.setTime(() => Date.now() + ahead)
    assert.equal(await endpointOf(failover), second.url)
    await failover.next('chainBehind', { endpoint: first.url, isOnlyThis: true })
  })

  it('returns to an endpoint that has caught up', async () => {
    await using first = await startAt(-10 * MINUTE)
    await using second = await startAt(0)
    await using failover = connectTo([first, second])
    assert.equal(await endpointOf(failover), second.url)
    first.setTime(Date.now)
    await failover.next('chainConnected', { endpoint: first.url })
    assert.equal(await endpointOf(failover), first.url)
  })

  it('leaves a node that falls behind for another one behind the same URL', async () => {
    await using first = await startAt(0)
    await using second = await startAt(0)
    await using balancer = await startBalancer([first, second])
    let ahead = 0
    await using failover = connectTo([balancer], { now: () => Date.now() + ahead, limits: { headCheckMs: 0 } })
    await endpointOf(failover)
    ahead = 5 * MINUTE
    second.setTime(() => Date.now() + ahead)
    await endpointOf(failover)
    assert.equal(await endpointOf(failover), balancer.url)
    while (first.connections.open > 0) await turn()
    assert.deepEqual(
      failover.all.map(({ event }) => event),
      ['chainConnected', 'chainConnected'],
    )
  })

  it('opens one connection when it returns to the first endpoint during a look at the head', async () => {
    const { url, port } = await closedPort()
    await using second = await startAt(0)
    await using proxy = await startChainProxy(second.url)
    await using failover = connectTo([{ url }, proxy], { limits: { headCheckMs: 0 } })
    await endpointOf(failover)
    let isLooking = false
    second.faults.refuse = name => {
      if (name !== 'chainHead_v1_storage') return undefined
      isLooking = true
      return void proxy.stall()
    }
    second.makeBlock()
    let calling = endpointOf(failover)
    // The client looks at the new block once it knows it.
    while (!isLooking) {
      await turn()
      if (!isLooking) calling = endpointOf(failover)
    }
    await using first = await startChainNode({ subnets, port })
    await failover.next('chainConnected', { endpoint: first.url })
    proxy.resume()
    assert.equal(await calling, first.url)
    while (second.connections.open > 0) await turn()
    assert.deepEqual([first.connections.accepted, first.connections.open], [1, 1])
  })

  it('takes the head of a local chain as it is', async () => {
    await using old = await startAt(-10 * MINUTE)
    await using fresh = await startAt(0)
    await using failover = connectTo([old, fresh], { isLocal: true })
    assert.equal(await endpointOf(failover), old.url)
    assert.deepEqual(
      failover.all.map(({ event }) => event),
      ['chainConnected'],
    )
  })

  it('warns of a clock that is behind when the newest block is from the future', async () => {
    await using node = await startAt(30_000)
    await using failover = connectTo([node])
    await endpointOf(failover)
    const { offByMs, hint } = await failover.next('chainClock', { endpoint: node.url })
    assert.ok(offByMs <= -20_000 && offByMs >= -30_000, `${offByMs}`)
    assert.match(hint, /^synchronize the clock of this machine/)
  })

  it('warns of a clock that is ahead when the chain goes on, and its blocks are old', async () => {
    await using node = await startAt(-90_000)
    let passed = 0
    await using failover = connectTo([node], { now: () => Date.now() + passed, limits: { headCheckMs: 0 } })
    await endpointOf(failover)
    assert.equal(failover.all.filter(({ event }) => event === 'chainClock').length, 0)
    passed = 2 * MINUTE
    node.setTime(() => Date.now() - 90_000 + passed)
    // The new block is on its way to the client.
    while (!failover.all.some(({ event }) => event === 'chainClock')) {
      await endpointOf(failover)
      await turn()
    }
    const { offByMs } = await failover.next('chainClock')
    assert.ok(offByMs > 30_000 && offByMs <= 90_000, `${offByMs}`)
  })

  it('looks at the head once for calls that come soon after each other', async () => {
    await using node = await startAt(0)
    await using failover = connectTo([node])
    for (let call = 0; call < 5; call++) await endpointOf(failover)
    assert.equal(node.connections.accepted, 1)
    const calls = node.calls.count('chainHead_v1_storage')
    node.makeBlock()
    await endpointOf(failover)
    assert.equal(node.calls.count('chainHead_v1_storage'), calls)
  })
})
