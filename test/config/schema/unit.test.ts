import assert from 'node:assert/strict'
import { parseUnit, printUnit } from '#dist/config/schema/unit.js'

describe('parseUnit', () => {
  it('reads durations as milliseconds, and a bare number as seconds', () => {
    const durations = {
      '500ms': 500,
      '12s': 12_000,
      '5m': 300_000,
      '1h': 3_600_000,
      12: 12_000,
      0.5: 500,
      '1.1s': 1100,
      '0': 0,
    }
    for (const [text, ms] of Object.entries(durations)) assert.equal(parseUnit('duration', text), ms, text)
  })

  it('reads sizes as bytes', () => {
    const sizes = { '64KiB': 65_536, '1MiB': 1_048_576, '2GiB': 2_147_483_648, 1000: 1000, '10B': 10, '1.5KiB': 1536 }
    for (const [text, bytes] of Object.entries(sizes)) assert.equal(parseUnit('size', text), bytes, text)
  })

  it('reads nothing else', () => {
    for (const text of [
      '',
      's',
      '-1s',
      '1d',
      '1S',
      '5 minutes',
      '1h30m',
      '0x10',
      '1e3',
      'Infinity',
      '0.1ms',
      'constructor',
      '5constructor',
    ])
      assert.equal(parseUnit('duration', text), undefined, text)
    for (const text of ['1KB', '1kib', '0.5', '1M']) assert.equal(parseUnit('size', text), undefined, text)
  })
})

describe('printUnit', () => {
  it('prints the biggest exact unit', () => {
    const printed = [0, 1, 500, 1000, 60_000, 90_000, 7_200_000].map(ms => printUnit('duration', ms))
    assert.deepEqual(printed, ['0s', '1ms', '500ms', '1s', '1m', '90s', '2h'])
    assert.deepEqual(
      [0, 1000, 1024, 1_572_864].map(bytes => printUnit('size', bytes)),
      ['0B', '1000B', '1KiB', '1536KiB'],
    )
  })

  it('prints what reads as the same amount', () => {
    for (let amount = 0; amount < 10_000_000; amount = amount * 3 + 7)
      for (const unit of ['duration', 'size'] as const) assert.equal(parseUnit(unit, printUnit(unit, amount)), amount)
  })
})
