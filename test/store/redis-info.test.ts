import assert from 'node:assert/strict'
import { requireSuitable } from '#dist/store/redis/redis-info.js'

/** What a Redis says of itself, with what differs. */
function info(changed: Readonly<Record<string, string | undefined>> = {}): string {
  const fields = {
    role: 'master',
    maxmemory_policy: 'noeviction',
    run_id: 'r1',
    master_replid: 'd1',
    cluster_enabled: '0',
    aof_enabled: '1',
    ...changed,
  }
  const lines = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [`${name}:${value}`]))
  return ['# Server', ...lines, ''].join('\r\n')
}

describe('a Redis that holds nonces', () => {
  it('is another one with another run_id, and after it was a replica', () => {
    const identities = [{}, { run_id: 'r2' }, { master_replid: 'd2' }].map(one =>
      requireSuitable(info(one), { name: 'r', mustPersist: false }),
    )
    assert.equal(new Set(identities).size, 3)
    assert.equal(requireSuitable(info(), { name: 'r', mustPersist: false }), identities[0])
  })

  for (const [what, changed, message] of [
    ['a replica', { role: 'slave' }, /is a slave/],
    ['one that evicts', { maxmemory_policy: 'allkeys-lru' }, /policy is allkeys-lru/],
    ['a node of a cluster', { cluster_enabled: '1' }, /is a node of a cluster/],
    ['one that forgets all with its end, for legacy nonces', { aof_enabled: '0' }, /would forget legacy nonces/],
    ['one that does not tell its run_id', { run_id: undefined }, /does not tell its run_id/],
  ] as const)
    it(`is not ${what}`, () => {
      const server = { name: 'r', mustPersist: true }
      assert.throws(() => requireSuitable(info(changed), server), { code: 'STORE_UNSUITABLE', message })
    })
})
