import assert from 'node:assert/strict'
import { type AnnouncementView, announcementDue } from '#dist/neuron/announce/announcement-due.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const now = 100 * HOUR

const ours = { ip: '8.8.8.8', port: 8091, version: 1_000 }
const same = { block: 900, version: 1_000, ip: '8.8.8.8', port: 8091, protocol: 4 }
const other = { ...same, ip: '9.9.9.9' }

const plain: AnnouncementView = {
  now,
  ours,
  onChain: null,
  hasStood: false,
  included: null,
  lostAt: [],
  againAt: null,
  retryAt: 0,
  blocksLeft: 0,
  blockMs: 12_000,
}

const announce = { action: 'announce' }
const none = { action: 'none' }
const wait = (reason: string, ms: number) => ({ action: 'wait', reason, ms })

const table: readonly [string, Partial<AnnouncementView>, object][] = [
  ['announces what the chain does not have', {}, announce],
  ['announces in place of a former address', { onChain: other }, announce],
  ['skips what the chain says already', { onChain: same }, none],
  ['skips it, whatever else waits', { onChain: same, lostAt: [now, now], retryAt: now + 1, blocksLeft: 9 }, none],
  ['announces another port', { onChain: { ...same, port: 1 } }, announce],
  ['announces in place of another protocol', { onChain: { ...same, protocol: 87 } }, announce],
  ['announces another version at the start', { onChain: { ...same, version: 2 } }, announce],
  ['leaves another version alone later', { onChain: { ...same, version: 2 }, hasStood: true }, none],
  ['announces an IPv6 address', { onChain: { ...same, ip: '2600::1' } }, announce],

  ['waits for the rate limit', { onChain: other, blocksLeft: 20 }, wait('rateLimit', 240_000)],
  ['does not wait for a limit that is over', { onChain: other, blocksLeft: -5 }, announce],
  ['waits after a failure', { retryAt: now + 7 }, wait('retry', 7)],
  ['tries again after it', { retryAt: now }, announce],

  [
    'waits until the block with the announcement is final',
    { hasStood: true, included: { block: 950, at: now - MINUTE } },
    wait('settling', 2 * MINUTE),
  ],
  [
    'waits so while the chain still shows the former address',
    { onChain: other, hasStood: true, included: { block: 950, at: now - MINUTE } },
    wait('settling', 2 * MINUTE),
  ],
  [
    'does not wait so for an announcement that was overwritten',
    { onChain: { ...other, block: 951 }, hasStood: true, included: { block: 950, at: now - MINUTE } },
    announce,
  ],
  ['announces again what a fork lost', { hasStood: true, included: { block: 950, at: now - 4 * MINUTE } }, announce],

  ['announces again at the first loss', { onChain: other, hasStood: true, lostAt: [now] }, announce],
  [
    'announces again at most once an hour',
    { onChain: other, hasStood: true, lostAt: [now], againAt: now - 20 * MINUTE },
    wait('hour', 40 * MINUTE),
  ],
  ['announces again after the hour', { onChain: other, hasStood: true, lostAt: [now], againAt: now - HOUR }, announce],
  [
    'lets the other machine be at the second loss in a day',
    { onChain: other, hasStood: true, lostAt: [now - 5 * HOUR, now - HOUR] },
    { action: 'yield', ms: 19 * HOUR },
  ],
  [
    'lets it be also when it announces nothing',
    { onChain: null, hasStood: true, lostAt: [now - HOUR, now] },
    { action: 'yield', ms: 23 * HOUR },
  ],
  [
    'announces a new version of an address that the operator has taken back',
    { onChain: { ...same, version: 999 }, lostAt: [now - HOUR, now] },
    announce,
  ],
  [
    'comes back a day after the first of the two',
    { onChain: other, hasStood: true, lostAt: [now - 24 * HOUR, now - HOUR] },
    announce,
  ],
  [
    'counts the last two of many losses',
    { onChain: other, hasStood: true, lostAt: [now - 3 * HOUR, now - 2 * HOUR, now - HOUR] },
    { action: 'yield', ms: 22 * HOUR },
  ],
]

describe('an announcement', () => {
  for (const [title, view, due] of table) it(title, () => assert.deepEqual(announcementDue({ ...plain, ...view }), due))
})
