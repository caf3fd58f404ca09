import assert from 'node:assert/strict'
import { charge } from '#dist/axon/stages/charge.js'
import type { VerifiedCall } from '#dist/axon/stages/verify.js'
import { RateLimiter } from '#dist/axon/state/rate-limiter.js'
import type { Rate, Route } from '#dist/plugin/dialect.js'
import { Refusal } from '#dist/wires/refusal.js'
import { alice, dave } from '../../support/signed-request.ts'
import { dialectOf } from '../dialect-of.ts'

const once: Rate = { limit: 1, windowMs: 60_000 }
const address = '203.0.113.9'
const limiters = () => ({ hotkeys: new RateLimiter(() => 0), addresses: new RateLimiter(() => 0) })

type Asker = Partial<Pick<VerifiedCall, 'hotkey' | 'isExempt' | 'isStranger'>>

/** A call to a route on these terms, as `verify` would make it. */
function callTo(terms: Partial<Route>, asker: Asker = {}): VerifiedCall {
  const { hotkey = alice.address, isExempt = false, isStranger = hotkey === null } = asker
  const claim = { synapse: 'Ask', hotkey, timeoutMs: null }
  return { claim, route: dialectOf(terms).synapses.Ask!, hotkey, isExempt, isStranger } as VerifiedCall
}

describe('charge', () => {
  it('charges the address of a stranger', () => {
    const rates = limiters()
    const minted = (hotkey: string) => callTo({}, { hotkey, isStranger: true })
    for (let count = 0; count < 10; count++) charge(rates, minted(`minted ${count}`), address)
    assert.throws(() => charge(rates, minted(dave.address), address), Refusal)
    charge(rates, minted(dave.address), '203.0.113.10')
  })

  it('charges the hotkey of another caller, and nothing where a route with rules sets no rate', () => {
    const rates = limiters()
    for (let count = 0; count < 50; count++) charge(rates, callTo({}), address)
    const open = (hotkey: string) => callTo({ rules: false }, { hotkey })
    for (let count = 0; count < 10; count++) charge(rates, open('registered'), `${count}`)
    assert.throws(() => charge(rates, open('registered'), address), Refusal)
    charge(rates, open('another'), address)
    charge(rates, callTo({ rate: once }), address)
    assert.throws(() => charge(rates, callTo({ rate: once }), '203.0.113.10'), Refusal)
    charge(rates, callTo({ rate: once }, { hotkey: dave.address }), address)
    charge(rates, callTo({ rate: once }, { isExempt: true }), address)
  })

  it('counts the requests of a stranger where the dialect sets a cost, and no rate', () => {
    const rates = limiters()
    const call = callTo({ cost: () => 1_000 }, { isStranger: true })
    const request = { body: {} }
    for (let count = 0; count < 10; count++) {
      charge(rates, call, address)
      charge(rates, call, address, request)
    }
    assert.throws(() => charge(rates, call, address), Refusal)
  })

  it('remembers a hotkey, however many addresses come', () => {
    const rates = limiters()
    charge(rates, callTo({ rate: once }), address)
    const open = callTo({ auth: 'none' }, { hotkey: null })
    for (let count = 0; count < 10_001; count++) charge(rates, open, `${count}`)
    assert.throws(() => charge(rates, callTo({ rate: once }), address), Refusal)
  })

  it('charges a cost that the body tells once the body is read, and any other before', () => {
    const rates = limiters()
    const call = callTo({ rate: { limit: 3, windowMs: 60_000 }, cost: body => (body as { cost: number }).cost })
    const request = (cost: number) => ({ body: { cost } })
    for (let count = 0; count < 9; count++) charge(rates, call, address)
    charge(rates, call, address, request(3))
    assert.throws(() => charge(rates, call, address, request(1)), Refusal)
    const plain = callTo({ rate: once }, { hotkey: dave.address })
    charge(rates, plain, address)
    for (let count = 0; count < 9; count++) charge(rates, plain, address, { body: {} })
  })
})
