import assert from 'node:assert/strict'
import { retryAfterMs } from '#dist/miners/openai/errors/retry-after.js'

const now = Date.UTC(2026, 10, 22, 12, 0, 0)
const at = (ms: number) => new Date(now + ms).toUTCString()

describe('the wait that an endpoint asks for', () => {
  const cases: [Record<string, string>, number | undefined][] = [
    [{}, undefined],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '2' }, 2_000],
    [{ 'retry-after': ' 1.5 ' }, 1_500],
    [{ 'retry-after-ms': '250' }, 250],
    [{ 'retry-after-ms': '0.4' }, 1],
    [{ 'retry-after-ms': '250', 'retry-after': '2' }, 250],
    [{ 'retry-after-ms': 'soon', 'retry-after': '2' }, 2_000],
    [{ 'retry-after': at(30_000) }, 30_000],
    [{ 'retry-after': at(-30_000) }, 0],
    [{ 'retry-after': at(3_630_000), date: at(3_600_000) }, 30_000],
    [{ 'retry-after': at(30_000), date: 'now' }, 30_000],
    [{ 'retry-after': '31536000' }, 86_400_000],
    [{ 'retry-after': at(31_536_000_000) }, 86_400_000],
    [{ 'retry-after': '999999999999999' }, 86_400_000],
    [{ 'retry-after': '-5' }, undefined],
    [{ 'retry-after': 'NaN' }, undefined],
    [{ 'retry-after': 'Infinity' }, undefined],
    [{ 'retry-after': '0x10' }, undefined],
    [{ 'retry-after': '1e9' }, undefined],
    [{ 'retry-after': '' }, undefined],
    [{ 'retry-after': 'Sunday, perhaps' }, undefined],
    [{ 'retry-after': '9'.repeat(400) }, undefined],
  ]
  for (const [headers, expected] of cases)
    it(`is ${expected} ms for ${JSON.stringify(headers).slice(0, 80)}`, () => {
      assert.equal(
        retryAfterMs(new Headers(headers), () => now),
        expected,
      )
    })

  it('is unknown without headers', () => assert.equal(retryAfterMs(undefined), undefined))
})
