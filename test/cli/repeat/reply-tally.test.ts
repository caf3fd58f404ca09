import assert from 'node:assert/strict'
import { ReplyTally } from '#dist/cli/repeat/reply-tally.js'
import { tallyMessages, tallyPage } from '#dist/cli/repeat/tally-page.js'
import { tallyProgress } from '#dist/cli/repeat/tally-progress.js'
import type { DendriteReply } from '#dist/dendrite/create-dendrite.js'
import { explain } from '#dist/dendrite/explain.js'

type Given = Partial<Pick<DendriteReply, 'status' | 'statusFrom' | 'message' | 'ms' | 'firstMs'>>

function tallyOf(replies: readonly Given[], isStream = false): ReplyTally {
  const tally = new ReplyTally({ isStream })
  for (const given of replies) {
    const reply = { status: 200, message: '', axonMs: null, fields: new Map(), rawHeaders: [], firstMs: null, ms: 1 }
    const one: DendriteReply = { ...reply, ...given }
    tally.add(one, explain(one))
  }
  return tally
}

const hundred = Array.from({ length: 100 }, (_, at) => ({ ms: 100 - at }))

describe('the tally of replies', () => {
  it('gives percentiles that replies really took, whatever their order', () => {
    const { p50Ms, p99Ms } = tallyOf(hundred).summary({ count: 100, concurrency: 1, ms: 1000 })
    assert.deepEqual([p50Ms, p99Ms], [50, 99])
    for (const [times, p50, p99] of [
      [[7], 7, 7],
      [[9, 1], 1, 9],
      [[3, 1, 2], 2, 3],
    ] as const) {
      const summary = tallyOf(times.map(ms => ({ ms }))).summary({ count: 3, concurrency: 1, ms: 1 })
      assert.deepEqual([summary.p50Ms, summary.p99Ms], [p50, p99])
    }
  })

  it('takes its percentiles and its rate from answers alone: a refusal is fast', () => {
    const refused = { status: 429, message: 'no', ms: 0.1 }
    const summary = tallyOf([refused, refused, { ms: 8 }, refused]).summary({ count: 4, concurrency: 2, ms: 2000 })
    const { statuses, ...whole } = summary
    assert.deepEqual(whole, {
      count: 4,
      concurrency: 2,
      replies: 4,
      answered: 1,
      ms: 2000,
      perSecond: 0.5,
      p50Ms: 8,
      p99Ms: 8,
    })
    assert.deepEqual(
      statuses.map(({ status, count, perSecond, p50Ms, error }) => [status, count, perSecond, p50Ms, error?.code]),
      [
        [200, 1, 0.5, 8, undefined],
        [429, 3, 1.5, 0.1, 'BUSY'],
      ],
    )
  })

  it('keeps what an axon sent from what became of replies that never came, and each meaning of a status', () => {
    const replies: Given[] = [
      { status: 503, message: 'full' },
      { status: 503, statusFrom: 'dendrite', message: 'Service disconnected: Server disconnected' },
      { status: 503, statusFrom: 'dendrite', message: 'Service unavailable at 127.0.0.1:1/Prompting' },
      { status: null },
      { status: 503, message: 'full' },
    ]
    const summary = tallyOf(replies).summary({ count: 5, concurrency: 1, ms: 10 })
    assert.deepEqual(
      summary.statuses.map(({ status, statusFrom, count, error }) => [status, statusFrom, count, error?.code]),
      [
        [503, undefined, 2, 'AXON_UNAVAILABLE'],
        [503, 'dendrite', 1, 'REPLY_MISSING'],
        [503, 'dendrite', 1, 'AXON_UNREACHABLE'],
        [null, undefined, 1, 'STATUS_MISSING'],
      ],
    )
    assert.deepEqual([summary.p50Ms, summary.perSecond], [null, 0])
    assert.deepEqual(
      tallyMessages(summary).map(({ label }) => label),
      ['503', 'error', 'error', 'no status'],
    )
  })

  it('tells for streams how soon they began, of those that did', () => {
    const replies = [{ ms: 20, firstMs: 4.04 }, { ms: 30 }, { ms: 40, firstMs: 6 }]
    const { p50Ms, p99Ms, firstP50Ms, firstP99Ms } = tallyOf(replies, true).summary({
      count: 3,
      concurrency: 1,
      ms: 90,
    })
    assert.deepEqual([p50Ms, p99Ms, firstP50Ms, firstP99Ms], [30, 40, 4, 6])
  })
})

describe('the page of a tally', () => {
  const summary = tallyOf([...hundred, { status: 403, message: 'no', ms: 1.25 }], true)

  it('is a sentence and a table', () => {
    const page = tallyPage(summary.summary({ count: 101, concurrency: 8, ms: 4_040 }), undefined)
    assert.equal(
      page,
      `asked 101 questions in 4.0 s, 8 at once, and got 100 answers

STATUS  COUNT  PER SECOND  FIRST P50  FIRST P99     P50     P99  MEANING
200       100        24.8          –          –   50 ms   99 ms  answered
403         1        0.25          –          –  1.3 ms  1.3 ms  BLACKLISTED
`,
    )
  })

  it('fits a narrow terminal', () => {
    const page = tallyPage(summary.summary({ count: 2_000, concurrency: 1, ms: 12 }), 40)
    const [sentence = ''] = page.split('\n\n')
    assert.equal(
      sentence.replaceAll('\n', ' '),
      'asked 101 of 2,000 questions in 12 ms, one after another, and got 100 answers',
    )
    assert.ok(
      page.split('\n').every(line => line.length <= 40),
      page,
    )
  })

  it('is the sentence alone when nothing came', () => {
    const page = tallyPage(tallyOf([]).summary({ count: 1, concurrency: 1, ms: 5 }), undefined)
    assert.equal(page, 'asked 0 of 1 question in 5 ms, one after another, and got 0 answers\n')
  })
})

describe('the progress of a tally', () => {
  it('is a bar as wide as there is room for, and the counts', () => {
    const progress = (replies: number, room: number, answered = replies) =>
      tallyProgress({ replies, answered }, { count: 1000, room })
    assert.equal(progress(0, 80), `${'░'.repeat(30)} 0 of 1,000`)
    assert.equal(progress(999, 80), `${'█'.repeat(29)}░ 999 of 1,000`)
    assert.equal(progress(1000, 80), `${'█'.repeat(30)} 1,000 of 1,000`)
    assert.equal(progress(500, 25), '██████░░░░░░ 500 of 1,000')
    assert.equal(progress(500, 20), '500 of 1,000')
    assert.equal(progress(500, 50, 490), `${'█'.repeat(10)}${'░'.repeat(10)} 500 of 1,000, 10 not answered`)
  })
})
