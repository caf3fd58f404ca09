import assert from 'node:assert/strict'
import { explain } from '#dist/dendrite/explain.js'
import { retryAfterOf } from '#dist/dendrite/retry-after.js'

describe('the wait that a reply asks for', () => {
  const cases: readonly (readonly [value: string, seconds: number | null])[] = [
    ['16', 16],
    ['0', 0],
    [' 4 ', 4],
    ['86400', 86_400],
    ['86401', null],
    ['1e3', null],
    ['-1', null],
    ['1.5', null],
    ['', null],
    ['9'.repeat(400), null],
    ['Wed, 21 Oct 2026 07:28:00 GMT', null],
  ]
  for (const [value, seconds] of cases)
    it(`is ${seconds} for ${JSON.stringify(value.slice(0, 40))}`, () =>
      assert.equal(retryAfterOf(['Content-Type', 'retry-after', 'Retry-After', value]), seconds))

  it('is none without the header', () => assert.equal(retryAfterOf(['content-type', 'retry-after']), null))

  it('is told to the user', () => {
    const hintOf = (status: number, retryAfter: number | null) => explain({ status, message: 'no', retryAfter })?.hint
    assert.equal(hintOf(429, 16), 'retry in 16 s, or send fewer requests at once')
    assert.equal(hintOf(503, 4), 'retry in 4 s')
    assert.equal(hintOf(503, null), 'retry in a while')
  })
})
