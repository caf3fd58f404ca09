import assert from 'node:assert/strict'
import { ChainFigures, type LifeReport } from '#dist/observe/chain-figures.js'

const report: LifeReport = {
  hotkey: 'ours',
  isRegistered: true,
  uid: 3,
  chain: 'fresh',
  metagraph: { neurons: [{ hotkey: 'ours', incentive: 0.25 }] },
  readAt: 1_000,
  onChain: { ip: '203.0.113.7', port: 8091 },
  ours: { ip: '203.0.113.7', port: 8091 },
  announcement: 'announced',
  problems: { chain: null, announcement: null, address: null, disk: null },
}

describe('chain figures', () => {
  it('keep the incentive of each metagraph once, the oldest first', () => {
    let now = report
    const figures = new ChainFigures(() => now)
    figures.read()
    figures.read()
    now = { ...report, readAt: 2_000, metagraph: { neurons: [] } }
    assert.deepEqual(figures.read().incentive, [
      { at: 1_000, value: 0.25 },
      { at: 2_000, value: 0 },
    ])
    for (let at = 3; at < 1_000; at++) {
      now = { ...report, readAt: at * 1_000 }
      figures.read()
    }
    const { incentive } = figures.read()
    assert.equal(incentive.length, 144)
    assert.equal(incentive.at(-1)?.at, 999_000)
  })

  it('tell of the life on the chain what is known, and what does not work', () => {
    const { incentive: _, ...known } = new ChainFigures(() => report).read()
    const { onChain: announced, readAt: metagraphAt, isRegistered: registered, uid, ours, announcement } = report
    assert.deepEqual(known, { state: 'fresh', registered, uid, announced, ours, announcement, metagraphAt })
    const problem = { message: 'no endpoint answers', since: 5 }
    const unknown = {
      ...report,
      chain: 'unknown',
      isRegistered: null,
      uid: null,
      metagraph: null,
      readAt: null,
    } as const
    const problems = { ...report.problems, chain: problem }
    assert.deepEqual(new ChainFigures(() => ({ ...unknown, onChain: null, ours: null, problems })).read(), {
      state: 'unknown',
      registered: null,
      uid: null,
      announced: null,
      ours: null,
      announcement: 'announced',
      metagraphAt: null,
      problem,
      incentive: [],
    })
  })
})
