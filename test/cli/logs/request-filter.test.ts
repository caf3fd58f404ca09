import assert from 'node:assert/strict'
import { UsageError } from '#dist/cli/errors/usage-error.js'
import { readFilter } from '#dist/cli/logs/request-filter.js'

const now = Date.UTC(2026, 10, 29, 14, 3, 7)
const hour = 3_600_000
const read = (typed: Parameters<typeof readFilter>[0], follow = false) => readFilter(typed, { now, follow })

describe('the flags that choose requests', () => {
  for (const [since, at] of [
    ['30m', now - hour / 2],
    ['1.5d', now - 36 * hour],
    ['7 d', now - 168 * hour],
    ['2026-11-29', Date.UTC(2026, 10, 29)],
    ['2028-02-29', Date.UTC(2028, 1, 29)],
    ['2026-11-29T14:03', Date.UTC(2026, 10, 29, 14, 3)],
    ['2026-11-29 14:03:07', now],
    ['2026-11-29t14:03:07.5z', now + 500],
    ['2026-11-29T14:03:07+02:00', now - 2 * hour],
  ] as const)
    it(`read --since ${since}`, () => assert.equal(read({ since }).filter.since, at))

  it('read one status, or all of a kind', () => {
    assert.deepEqual(read({ status: '429' }).filter.status, 429)
    assert.deepEqual(read({ status: '4xx' }).filter.statusKind, 4)
    assert.deepEqual(read({ status: '5XX' }).filter.statusKind, 5)
  })

  it('take none of the last requests only with --follow', () => {
    assert.equal(read({}).count, 20)
    assert.equal(read({ number: '0' }, true).count, 0)
  })

  for (const [typed, message, hint] of [
    [{ number: '0' }, /^--number must be a whole number between 1 and 100,000, not "0"$/, '--number 20'],
    [
      { since: 'yesterday' },
      /^--since must be a duration such as .* or 7d, or a time such as .*, not "yester/,
      '--since 1h',
    ],
    [{ since: '2026-13-29' }, /^--since must be a time that there is, not "2026-13-29"$/, '--since 2026-11-29T14:03'],
    [{ since: '2026-02-30' }, /^--since must be a time that there is, not "2026-02-30"$/, '--since 2026-11-29T14:03'],
    [{ since: '2026-11-31T14:03Z' }, /^--since must be a time that there is/, '--since 2026-11-29T14:03'],
    [{ since: '2026-11-29T25:00' }, /^--since must be a time that there is/, '--since 2026-11-29T14:03'],
    [{ slow: '2026-11-29' }, /^--slow must be a duration such as .* or 7d, not "2026/, '--slow 1h'],
    [
      { status: '6xx' },
      /^--status must be an HTTP status such as 503, or a kind such as 5xx, not "6xx"$/,
      '--status 5xx',
    ],
    [{ status: 'refused' }, /^--status must be an HTTP status/, '--outcome refused'],
    [{ hotkey: '5Grw' }, /^--hotkey must be the ss58 address of a hotkey, not "5Grw"$/, '--hotkey 5…'],
  ] as const)
    it(`refuse ${JSON.stringify(typed)}, and say why`, () =>
      assert.throws(
        () => read(typed),
        (error: UsageError) => {
          assert.ok(error instanceof UsageError)
          assert.deepEqual([error.code, error.hint], ['INVALID_VALUE', hint])
          assert.match(error.message, message)
          return true
        },
      ))
})
