import assert from 'node:assert/strict'
import { floatText, pythonFloat, pythonInt } from '#dist/wires/json/python-number.js'

describe('pythonInt', () => {
  it("parses what Python's int parses", () => {
    const cases = {
      '5': 5n,
      ' 007 ': 7n,
      '1_000': 1000n,
      '+5': 5n,
      '-5': -5n,
      '\xa05\x85': 5n,
      '\t\n\v\f\r5\u3000': 5n,
      '-0': 0n,
    }
    for (const [text, value] of Object.entries(cases)) assert.equal(pythonInt(text), value, JSON.stringify(text))
    assert.equal(pythonInt('1795354700061001290'), 1_795_354_700_061_001_290n)
  })

  it('refuses what it refuses', () => {
    for (const text of [
      '',
      ' ',
      'abc',
      '1.5',
      '1e3',
      '_1',
      '1_',
      '1__0',
      '+-1',
      '0x10',
      '1 0',
      '²',
      '\x1c1',
      '\x1f1\x1f',
      '\ufeff1',
      '\u200b1',
      '\x001',
      '9'.repeat(4301),
    ]) {
      assert.equal(pythonInt(text), null, JSON.stringify(text))
    }
  })
})

describe('pythonFloat', () => {
  it("parses what Python's float parses", () => {
    const cases = { '12.0': 12, '1e9': 1e9, ' 1_0.5 ': 10.5, '.5': 0.5, '5.': 5, '-1E-2': -0.01, '+inf': Infinity }
    for (const [text, value] of Object.entries(cases)) assert.equal(pythonFloat(text), value, text)
    assert.equal(pythonFloat('-Infinity'), -Infinity)
    assert.ok(Number.isNaN(pythonFloat('NaN')))
  })

  it('refuses what it refuses', () => {
    for (const text of [
      '',
      'abc',
      '.',
      '1._5',
      '1e',
      'e5',
      '1__0',
      '0x1',
      'infi',
      '--1',
      '1,5',
      '\x1c1',
      '1\x1f',
      '\ufeff1',
    ]) {
      assert.equal(pythonFloat(text), null, text)
    }
  })
})

describe('floatText', () => {
  it("prints as Python's repr does", () => {
    const expected = [
      '0.0',
      '-0.0',
      '1.0',
      '0.1',
      '123456789012345.0',
      '1e+16',
      '1234567890123456.0',
      '0.0001',
      '1e-05',
    ]
    const more = ['1.5e-07', '1.7976931348623157e+308', '5e-324', '1e+22', '1.2345e+100', 'inf', '-inf', 'nan']
    for (const text of [...expected, ...more]) assert.equal(floatText(pythonFloat(text)!), text)
  })
})
