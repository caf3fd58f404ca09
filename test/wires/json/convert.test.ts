import assert from 'node:assert/strict'
import { z } from 'zod'
import { fieldsOf, toPlain, toTree } from '#dist/wires/json/convert.js'
import { readJson } from '#dist/wires/json/read.js'
import { JsonNumber } from '#dist/wires/json/tree.js'
import { writeJson } from '#dist/wires/json/write.js'

const plain = (text: string) => toPlain(readJson(Buffer.from(text)))

describe('toPlain', () => {
  it('returns values that a schema can parse', () => {
    const schema = z.object({ roles: z.array(z.string()), limit: z.number(), free: z.record(z.string(), z.boolean()) })
    const value = { roles: ['user'], limit: 2.5, free: { a: true } }
    assert.deepEqual(schema.parse(plain(JSON.stringify(value))), value)
  })

  it('returns an integer beyond 2^53 as a bigint, and minus zero as zero', () => {
    assert.deepEqual(plain('[9007199254740991,9007199254740992,1795354700061001290,-0,-0.0]'), [
      9_007_199_254_740_991,
      9_007_199_254_740_992n,
      1_795_354_700_061_001_290n,
      0,
      -0,
    ])
  })

  it('sets no prototype from a key', () => {
    const value = plain('{"__proto__":{"polluted":true}}') as { polluted?: boolean }
    assert.equal(value.polluted, undefined)
    assert.deepEqual(Object.keys(value), ['__proto__'])
  })

  it('returns a fresh value each time', () => {
    const tree = readJson(Buffer.from('{"a":[1]}'))
    assert.notEqual(toPlain(tree), toPlain(tree))
  })
})

describe('toTree', () => {
  it('writes numbers as Python does, and keeps values that are trees already', () => {
    const values = {
      a: 1,
      b: 0.5,
      c: 1e-5,
      d: 10n ** 20n,
      e: Number.NaN,
      f: new JsonNumber('1.0'),
      g: fieldsOf({ 2: 1 }),
    }
    assert.equal(
      writeJson(toTree(values)),
      '{"a":1,"b":0.5,"c":1e-05,"d":100000000000000000000,"e":NaN,"f":1.0,"g":{"2":1}}',
    )
  })

  it('converts any Map to an object', () => {
    const map = new Map<unknown, unknown>([
      ['a', { b: 1 }],
      [2, [new Map()]],
    ])
    assert.equal(writeJson(toTree(map)), '{"a":{"b":1},"2":[{}]}')
  })

  it('throws for values that JSON cannot express', () => {
    assert.throws(() => toTree(new Map([['a', undefined]])), TypeError)
    assert.throws(() => toTree([() => 1]), TypeError)
    assert.throws(() => toTree({ a: undefined }), TypeError)
  })
})
