import assert from 'node:assert/strict'
import { toPlain } from '#dist/wires/json/convert.js'
import { memoryOf } from '#dist/wires/json/memory-of.js'
import { readJson } from '#dist/wires/json/read.js'
import { held } from '../../support/memory.ts'

const list = (item: string, count: number) => Buffer.from(`[${new Array(count).fill(item)}]`)

/** Texts with about 99,000 values. */
const texts = {
  'of empty objects': list('{}', 99_000),
  'of empty lists': list('[]', 99_000),
  'of lists with one value': list('[[[[0]]]]', 19_800),
  'of objects with one value': list('{"1":{}}', 49_500),
  'of numbers': list('0.123456789', 99_000),
  'of strings with escapes': list('"\\nabcdefghijklmnopqrst"', 99_000),
  'of strings that are not ASCII': list('"日本語日本語日本語日本語日本語"', 99_000),
  'with many members': Buffer.from(`{${Array.from({ length: 98_000 }, (_, at) => `"a${at}":{}`)}}`),
}

describe('the memory of a tree', () => {
  for (const [name, text] of Object.entries(texts))
    it(`is not estimated at less than what one ${name} takes with its plain value`, () => {
      const before = held().heap
      const tree = readJson(text)
      const plain = toPlain(tree)
      const taken = (held().heap - before) * 1e6
      const estimate = memoryOf(tree, text)
      assert.ok(plain !== null && taken < 1.05 * estimate, `${taken} bytes, estimated ${estimate}`)
      assert.ok(estimate < 6 * taken, `${taken} bytes, estimated ${estimate}`)
    })
})
