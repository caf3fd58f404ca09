import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import type { Announcement, Signer } from '#dist/chain/chain.js'
import { announce } from '#dist/chain/write/announce.js'
import { RuntimeEditor } from '../../support/chain/edited-runtime.ts'
import { RpcError } from '../../support/chain/json-rpc.ts'
import { openNode } from '../../support/chain/open-node.ts'
import { type Runtime, specs } from '../../support/chain/runtime.ts'
import { type ChainNodeOptions, startChainNode } from '../../support/chain/start-chain-node.ts'
import { subnetOf } from '../../support/chain/subnet-of.ts'
import { alice, bob } from '../../support/signed-request.ts'

const announcement: Announcement = { netuid: 1, ip: '203.0.113.7', port: 8091, version: 10_004_001 }
const announced = { netuid: 1, hotkey: alice.address, ip: 3405803783n, ip_type: 4, port: 8091, version: 10_004_001 }
const always = { protocol: 4, placeholder1: 0, placeholder2: 0, error: null }

describe('announce', () => {
  for (const spec of specs)
    for (const protocol of ['legacy', 'chainHead'] as const)
      it(`serves the axon on runtime ${spec} by ${protocol}, and returns the block that includes it`, async () => {
        await using there = await begun({ spec, protocol })
        const { block } = await there.announce()
        assert.deepEqual(there.node.announced, { ...announced, ...always, block })
        assert.equal(block, there.node.chain.head.number)
        assert.equal(there.node.calls.count('author_submitExtrinsic'), 1)
        assert.equal(there.node.calls.count('transaction_v1_broadcast'), 0)
      })

  const addresses = [
    { ip: '2001:db8::7', number: 0x20010db8000000000000000000000007n, ip_type: 6 },
    { ip: '::ffff:203.0.113.7', number: 3405803783n, ip_type: 4 },
    { ip: '255.255.255.254', number: 0xff_ff_ff_fen, ip_type: 4 },
  ]
  for (const { ip, number, ip_type } of addresses)
    it(`announces ${ip} as type ${ip_type}`, async () => {
      await using there = await begun()
      await there.announce({ ip })
      assert.deepEqual([there.node.announced?.ip, there.node.announced?.ip_type], [number, ip_type])
    })

  it('takes an announcement back with address 0 and port 1', async () => {
    await using there = await begun()
    const { block } = await there.announce({ ip: '0.0.0.0', port: 1 })
    assert.deepEqual(there.node.announced, { ...announced, ...always, block, ip: 0n, port: 1 })
  })

  it('waits for the block', async () => {
    await using there = await begun({ sealing: 'by hand' })
    const announcing = there.announce()
    await there.node.calls.next('author_submitExtrinsic')
    there.node.makeBlock()
    assert.deepEqual(await announcing, { block: there.node.chain.head.number })
  })

  describe('maps a refusal', () => {
    for (const spec of [103, 381] as const) {
      it(`of a hotkey that is not registered, in a block of runtime ${spec}`, async () => {
        await using there = await begun({ spec })
        await assert.rejects(there.announce({}, bob), {
          name: 'ChainError',
          code: 'NOT_REGISTERED',
          message: `hotkey ${bob.address} is not registered on subnet 1`,
          hint: 'register it: btcli subnet register --netuid 1',
        })
        assert.equal(there.node.chain.served.length, 1)
      })

      it(`of a second announcement, in a block of runtime ${spec}`, async () => {
        await using there = await begun({ spec })
        await there.announce()
        await assert.rejects(there.announce({ port: 8092 }), { code: 'ANNOUNCED_TOO_OFTEN' })
        assert.equal(there.node.chain.served.length, 2)
      })

      it(`of the address, in a block of runtime ${spec}`, async () => {
        await using there = await begun({ spec })
        await assert.rejects(there.announce({ ip: '127.0.0.1' }), {
          code: 'ADDRESS_REFUSED',
          message: 'the chain refuses the address 127.0.0.1 (InvalidIpAddress)',
        })
      })
    }

    // Runtimes 103 and 218 do.
    it('of taking an announcement back', async () => {
      await using there = await begun()
      there.node.chain.announcementRefusal = { error: 'InvalidIpAddress' }
      const stopped = { ip: '0.0.0.0', port: 1 }
      await assert.rejects(there.announce(stopped), { code: 'ADDRESS_REFUSED', hint: /takes no announcement back/ })
    })

    const names = {
      InvalidIpType: 'ADDRESS_REFUSED',
      InvalidPort: 'PORT_REFUSED',
      SubnetNotExists: 'SUBNET_UNKNOWN',
      HotKeyNotRegisteredInSubNet: 'NOT_REGISTERED',
      NotEnoughBalanceToStake: 'ANNOUNCEMENT_REFUSED',
    }
    for (const [error, code] of Object.entries(names))
      it(`of a block, ${error}`, async () => {
        await using there = await begun()
        there.node.chain.announcementRefusal = { error }
        await assert.rejects(there.announce(), { name: 'ChainError', code })
      })

    const numbers = {
      3: 'SUBNET_UNKNOWN',
      6: 'ANNOUNCED_TOO_OFTEN',
      10: 'NOT_REGISTERED',
      11: 'ADDRESS_REFUSED',
      12: 'ANNOUNCED_TOO_OFTEN',
      13: 'PORT_REFUSED',
      20: 'NOT_REGISTERED',
      77: 'ANNOUNCEMENT_REFUSED',
      255: 'ANNOUNCEMENT_REFUSED',
    }
    for (const [at, protocol] of [
      ['validation', 'legacy'],
      ['submission', 'legacy'],
      ['submission', 'chainHead'],
    ] as const)
      for (const [custom, code] of Object.entries(numbers))
        it(`at ${at} by ${protocol}, Custom(${custom})`, async () => {
          await using there = await begun({ protocol })
          there.node.chain.announcementRefusal = { custom: Number(custom), at }
          await assert.rejects(there.announce(), { name: 'ChainError', code })
          assert.equal(there.node.chain.served.length, 0)
        })

    it('at validation where the metadata does not describe it', async () => {
      await using there = await begun({ spec: 103 })
      there.node.chain.announcementRefusal = { custom: 12, at: 'validation' }
      await assert.rejects(there.announce(), { code: 'ANNOUNCED_TOO_OFTEN' })
    })

    it('of a signature', async () => {
      await using there = await begun()
      await assert.rejects(there.announce({}, { publicKey: alice.publicKey, sign: text => bob.sign(text) }), {
        code: 'ANNOUNCEMENT_REFUSED',
        message: 'the chain refuses the announcement: BadProof',
      })
    })

    const pool = {
      'the nonce is used': [new RpcError(1010, 'Invalid Transaction', 'Transaction is outdated'), 'NOT_INCLUDED'],
      'another with the same nonce waits': [new RpcError(1014, 'Priority is too low: (0 vs 0)'), 'NOT_INCLUDED'],
      'the pool is full': [new RpcError(1016, 'Immediately Dropped'), 'NOT_INCLUDED'],
      'the node has words of its own': [
        new RpcError(1010, '', `\u001b[2J${'x'.repeat(9_000)}`),
        'ANNOUNCEMENT_REFUSED',
      ],
      'the node cannot verify it': [new RpcError(1002, 'Verification Error: …'), 'ANNOUNCEMENT_REFUSED'],
    } as const
    for (const [why, [error, code]] of Object.entries(pool))
      it(`of the pool: ${why}`, async () => {
        await using there = await begun()
        there.node.faults.refuse = method => (method === 'author_submitExtrinsic' ? error : undefined)
        const printable = /^[^\p{Cc}]{1,300}$/u
        await assert.rejects(there.announce(), { name: 'ChainError', code, message: printable })
      })
  })

  it('passes on that the node refuses the call for another reason', async () => {
    await using there = await begun()
    there.node.faults.refuse = method =>
      method === 'author_submitExtrinsic' ? new RpcError(-32000, 'try later') : undefined
    await assert.rejects(there.announce(), { name: 'RpcError', code: -32000, message: 'try later' })
  })

  it('accepts the rate limit when the chain holds the same announcement already', async () => {
    await using there = await begun()
    const { block } = await there.announce()
    assert.deepEqual(await there.announce(), { block })
  })

  it('tells that another program announces with the same hotkey', async () => {
    await using there = await begun({ sealing: 'by hand' })
    const announcing = there.announce()
    await there.node.calls.next('author_submitExtrinsic')
    there.node.makeBlock()
    there.node.change(() => subnetOf([{ hotkey: alice.address, axon: { port: 8092, ip: 1n } }]))
    await assert.rejects(announcing, { code: 'ANNOUNCEMENT_REFUSED', hint: /same hotkey/ })
  })

  const unfit: readonly (readonly [Partial<Announcement>, string])[] = [
    [{ netuid: 70_000 }, 'SUBNET_UNKNOWN'],
    [{ netuid: -1 }, 'SUBNET_UNKNOWN'],
    [{ netuid: 1.5 }, 'SUBNET_UNKNOWN'],
    [{ port: 0 }, 'PORT_REFUSED'],
    [{ port: 65_536 }, 'PORT_REFUSED'],
    [{ version: 4_294_967_296 }, 'ANNOUNCEMENT_REFUSED'],
    [{ version: Number.NaN }, 'ANNOUNCEMENT_REFUSED'],
    [{ ip: '' }, 'ADDRESS_REFUSED'],
    [{ ip: '203.0.113' }, 'ADDRESS_REFUSED'],
    [{ ip: 'axon.example' }, 'ADDRESS_REFUSED'],
    [{ ip: 'fe80::1%eth0' }, 'ADDRESS_REFUSED'],
  ]
  for (const [change, code] of unfit)
    it(`refuses what does not fit, before signing: ${JSON.stringify(change)}`, async () => {
      await using there = await begun()
      await assert.rejects(there.announce(change, unusedSigner), { name: 'ChainError', code })
    })

  it('refuses a runtime without serve_axon, and names it', async () => {
    await using there = await begun({ runtime: withoutServeAxon(), protocol: 'legacy' })
    await assert.rejects(there.announce(), {
      code: 'RUNTIME_UNSUPPORTED',
      message: 'this version cannot announce on runtime 381 of the chain',
    })
  })

  it('passes on what the signer throws', async () => {
    await using there = await begun()
    const failure = new Error('the keyfile is gone')
    await assert.rejects(
      there.announce({}, { publicKey: alice.publicKey, sign: () => Promise.reject(failure) }),
      error => error === failure,
    )
  })

  describe('gives up', () => {
    it('when no block includes it in time', async () => {
      await using there = await begun({ sealing: 'by hand' })
      const timeout = { timeoutMs: 2_000 }
      await assert.rejects(there.announce({}, alice, timeout), { code: 'NOT_INCLUDED', message: /within 2 s/ })
    })

    for (const protocol of ['legacy', 'chainHead'] as const)
      it(`at the block in which another transaction of the hotkey takes its place, by ${protocol}`, async () => {
        await using there = await begun({ sealing: 'by hand', protocol })
        const first = there.announce({ port: 8092 })
        await there.node.calls.next('author_submitExtrinsic')
        const second = there.announce()
        await there.node.calls.next('author_submitExtrinsic')
        there.node.makeBlock()
        await Promise.all([first, assert.rejects(second, { code: 'NOT_INCLUDED', message: /\(Stale\)$/ })])
      })

    it('when the node does not answer', async () => {
      await using there = await begun()
      there.node.faults.isStalled = true
      await assert.rejects(there.announce({}, alice, { timeoutMs: 200 }), { code: 'CALL_TIMEOUT' })
    })

    it('when its signal aborts, with its reason', async () => {
      await using there = await begun({ sealing: 'by hand' })
      const controller = new AbortController()
      const announcing = there.announce({}, alice, { signal: controller.signal })
      const reason = new Error('the miner stops')
      await there.node.calls.next('author_submitExtrinsic')
      controller.abort(reason)
      await assert.rejects(announcing, error => error === reason)
    })

    it('when its signal is aborted already', async () => {
      await using there = await begun()
      const reason = new Error('the miner stops')
      await assert.rejects(there.announce({}, alice, { signal: AbortSignal.abort(reason) }), error => error === reason)
      assert.equal(there.node.chain.served.length, 0)
    })

    // What polkadot-api throws then outside of every handler would fail this test, and end a program.
    for (const phase of ['validation', 'submission'])
      it(`when its connection ends after ${phase}`, async () => {
        await using there = await begun({ sealing: 'by hand' })
        const controller = new AbortController()
        const announcing = there.announce({}, alice, { signal: controller.signal })
        const method = phase === 'validation' ? 'TaggedTransactionQueue_validate_transaction' : 'author_submitExtrinsic'
        await there.node.calls.next(method)
        const reason = new Error('the connection ended')
        controller.abort(reason)
        there.client.destroy()
        await assert.rejects(announcing, error => error === reason)
        await setTimeout(10)
      })
  })
})

/** A signer for announcements that must not come so far. */
const unusedSigner: Signer = { publicKey: alice.publicKey, sign: () => assert.fail('signs') }

/** A node on whose subnet 1 alice is registered, and a connection to it. */
async function begun({ runtime, ...options }: ChainNodeOptions & { readonly runtime?: Runtime } = {}) {
  const node = await startChainNode({ subnets: [subnetOf([{ hotkey: alice.address }])], ...options })
  if (runtime) node.upgrade(runtime)
  const { client, api, ...connection } = await openNode(node)
  return {
    node,
    client,
    announce: (
      change: Partial<Announcement> = {},
      signer: Signer = alice,
      { signal = new AbortController().signal, ...more }: Partial<Parameters<typeof announce>[3]> = {},
    ) => announce({ client, api }, { ...announcement, ...change }, signer, { signal, ...more }),
    async [Symbol.asyncDispose]() {
      await connection[Symbol.asyncDispose]()
      await node[Symbol.asyncDispose]()
    },
  }
}

/** Runtime 381, in which the call has another name. */
function withoutServeAxon(): Runtime {
  const editor = new RuntimeEditor(381)
  editor.renameCall('serve_axon', 'tell_axon')
  return editor.build(381)
}
