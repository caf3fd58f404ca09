import assert from 'node:assert/strict'
import { charge } from '#dist/axon/stages/charge.js'
import { RateLimiter } from '#dist/axon/state/rate-limiter.js'
import type { Rate, Route } from '#dist/plugin/dialect.js'
import { Refusal } from '#dist/wires/refusal.js'
import { alice, dave } from '../../support/signed-request.ts'
import { dialectOf } from '../dialect-of.ts'

const routeWith = (terms: Partial<Route>): Route => dialectOf(terms).synapses.Ask!
const once: Rate = { limit: 1, windowMs: 60_000 }
const asker = { synapse: 'Ask', hotkey: alice.address, address: '203.0.113.9', exempt: false }
const allowances = () => ({ hotkeys: new RateLimiter(() => 0), addresses: new RateLimiter(() => 0) })

describe('what a caller may have', () => {
  it('is counted for the address where no rule vouches for the hotkey', () => {
    const rates = allowances()
    const route = routeWith({ rules: false })
    for (let count = 0; count < 10; count++) charge(rates, route, { ...asker, hotkey: `minted ${count}` })
    assert.throws(() => charge(rates, route, { ...asker, hotkey: dave.address }), Refusal)
    charge(rates, route, { ...asker, address: '203.0.113.10' })
  })

  it('is counted for the hotkey where one does, and without end where no rate is said', () => {
    const rates = allowances()
    for (let count = 0; count < 50; count++) charge(rates, routeWith({}), asker)
    charge(rates, routeWith({ rate: once }), asker)
    assert.throws(() => charge(rates, routeWith({ rate: once }), { ...asker, address: '203.0.113.10' }), Refusal)
    charge(rates, routeWith({ rate: once }), { ...asker, hotkey: dave.address })
    charge(rates, routeWith({ rate: once }), { ...asker, exempt: true })
  })

  it('is not forgotten of a hotkey, however many addresses come', () => {
    const rates = allowances()
    charge(rates, routeWith({ rate: once }), asker)
    const open = routeWith({ auth: 'none' })
    for (let count = 0; count < 10_001; count++) charge(rates, open, { ...asker, hotkey: null, address: `${count}` })
    assert.throws(() => charge(rates, routeWith({ rate: once }), asker), Refusal)
  })
})
