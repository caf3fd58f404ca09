import assert from 'node:assert/strict'
import { RpcError, refusing } from '../../support/chain/json-rpc.ts'
import { tooMany } from '../../support/chain/refuse-upgrade.ts'
import { type ChainServer, type Protocol, startChainNode } from '../../support/chain/start-chain-node.ts'
import { type ChainProxy, startChainProxy } from '../../support/chain/start-chain-proxy.ts'
import { startTcpRelay, type TcpRelay } from '../../support/chain/start-tcp-relay.ts'
import { theirSubnet } from '../../support/network/callers.ts'
import { patience } from '../../support/network/patience.ts'
import { startNetworkMiner, watched } from '../../support/network/start-network-miner.ts'

/** A node, and what stands between it and the miner. */
type Line = { readonly node: ChainServer; readonly proxy: ChainProxy; readonly relay: TcpRelay }

type Fault = {
  readonly protocols: readonly Protocol[]
  begin(line: Line): void
  end(line: Line): void
  /** of the events that tell why the chain is out of reach */
  readonly reason: RegExp
  /** the connection stays as it is, so that only silence tells */
  readonly isSilent?: boolean
}

const both: readonly Protocol[] = ['chainHead', 'legacy']

/** What makes the only endpoint useless, and lasts. */
const faults: Readonly<Record<string, Fault>> = {
  'stalls without closing': {
    protocols: both,
    begin: ({ proxy }) => proxy.stall(),
    end: ({ proxy }) => proxy.resume(),
    reason: /does not answer|took longer/,
    isSilent: true,
  },
  'is at the end of a half-open connection': {
    protocols: both,
    begin: ({ relay }) => relay.freeze(),
    end: ({ relay }) => relay.thaw(),
    reason: /does not answer|took longer/,
    isSilent: true,
  },
  'closes every connection': {
    protocols: ['chainHead'],
    begin({ proxy }) {
      proxy.isRefusing = true
      proxy.drop()
    },
    end({ proxy }) {
      proxy.isRefusing = false
    },
    reason: /closed the connection|failed/,
  },
  'is out of service': {
    protocols: ['chainHead'],
    begin({ proxy }) {
      proxy.upgradeRefusal = { status: 503 }
      proxy.drop()
    },
    end({ proxy }) {
      proxy.upgradeRefusal = undefined
    },
    reason: /HTTP 503/,
  },
  'limits the rate of connections': {
    protocols: ['chainHead'],
    begin({ proxy }) {
      proxy.upgradeRefusal = tooMany('1')
      proxy.drop()
    },
    end({ proxy }) {
      proxy.upgradeRefusal = undefined
    },
    reason: /HTTP 429/,
  },
  'limits the rate of calls': {
    protocols: both,
    begin({ node }) {
      const error = new RpcError(-32_999, 'RPC rate limit')
      node.faults.refuse = refusing(
        error,
        'state_call',
        'state_getStorage',
        'chainHead_v1_call',
        'chainHead_v1_storage',
      )
      node.makeBlock() // what is known of a block is not asked for again
    },
    end({ node }) {
      node.faults.refuse = undefined
    },
    reason: /limits the rate/,
  },
  'answers each call with an error': {
    protocols: both,
    begin({ node }) {
      node.faults.refuse = () => new RpcError(-32_000, 'broken')
      node.makeBlock()
    },
    end({ node }) {
      node.faults.refuse = undefined
    },
    reason: /broken/,
  },
  'refuses to be followed': {
    protocols: both,
    begin({ node }) {
      const names = ['chainHead_v1_follow', 'chain_subscribeAllHeads', 'chain_subscribeFinalizedHeads']
      node.faults.refuse = refusing(new RpcError(-32_800, 'Too many'), ...names)
      node.drop()
    },
    end({ node }) {
      node.faults.refuse = undefined
    },
    reason: /refuses to follow/,
  },
  'accepts to be followed, and stops at once': {
    protocols: ['chainHead'],
    begin({ node }) {
      node.chain.followFault = 'stop'
      node.drop()
    },
    end({ node }) {
      node.chain.followFault = undefined
    },
    reason: /stops following/,
  },
  'accepts to be followed, and is silent': {
    protocols: both,
    begin({ node }) {
      node.chain.followFault = 'silence'
      node.drop()
    },
    end({ node }) {
      node.chain.followFault = undefined
    },
    reason: /took longer/,
  },
}

describe('the only endpoint', function () {
  this.timeout(600_000)
  let limits: Awaited<ReturnType<typeof patience>>
  before(async () => {
    limits = await patience()
  })

  for (const [name, { protocols, begin, end, reason, isSilent }] of Object.entries(faults))
    for (const protocol of protocols)
      it(`${name}, and is well again (${protocol})`, () =>
        watched(async watch => {
          await using node = await startChainNode({ protocol, subnets: [theirSubnet()] })
          await using proxy = await startChainProxy(node.url)
          await using relay = await startTcpRelay(proxy.url)
          await using miner = watch.miner(await startNetworkMiner({ endpoints: [relay.url], limits }))
          const { life, load, clock, events } = miner
          await load.rounds(1)
          const failed = isSilent ? miner.next('chainEndpointFailed') : undefined
          begin({ node, proxy, relay })
          await failed
          await miner.until('the chain is out of reach', () => life.chainState() === 'stale')
          await load.rounds(2)
          const before = { calls: proxy.calls.total, connections: relay.accepted }
          for (let attempts = 0; attempts < 2; attempts++) await clock.run(clock.waitsMs!)
          assert.equal(life.chainState(), 'stale')
          // Two attempts, of which each may connect twice.
          const calls = proxy.calls.total - before.calls
          const connections = relay.accepted - before.connections
          assert.ok(connections <= 4, `${connections} connections`)
          assert.ok(calls <= 120, `${calls} calls`)
          const reasons = events.flatMap(event =>
            event.event === 'chainEndpointFailed' ? [event.reason] : event.event === 'chainLost' ? [event.message] : [],
          )
          assert.ok(
            reasons.some(text => reason.test(text)),
            reasons.join('; '),
          )
          end({ node, proxy, relay })
          await miner.until('the chain is back', () => life.chainState() === 'fresh')
          await load.rounds(2)
          assert.equal(life.report().problems.chain, null)
        }))
})
