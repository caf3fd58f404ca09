import assert from 'node:assert/strict'
import { dayText, parseDay } from '#dist/money/day.js'

describe('parseDay', () => {
  it('reads what dayText wrote', () => {
    for (const text of ['1970-01-01', '2026-11-29', '2028-02-29']) assert.equal(dayText(parseDay(text)!), text)
  })

  it('takes no other text, and no day that there is not', () => {
    for (const text of ['', '2026-11-29T00:00', '2026-13-01', '2026-02-30', '2027-02-29'])
      assert.equal(parseDay(text), undefined, text)
  })
})
