import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { parseYamlText } from '#dist/config/layers/yaml-text.js'

/** What PyYAML reads a word as; made by scalars.py beside the file. */
type Scalar = { readonly word: string; readonly type: string; readonly text: string }
const scalars: readonly Scalar[] = JSON.parse(readFileSync('test/fixtures/yaml-scalars/scalars.json', 'utf8'))

const types = new Map([
  ['string', 'str'],
  ['boolean', 'bool'],
  ['object', 'NoneType'],
])

describe('parseYamlText', () => {
  it('reads each word as PyYAML does, also under %YAML 1.2', async () => {
    for (const head of ['', '%YAML 1.2\n---\n'])
      for (const { word, type, text } of scalars) {
        const parsed = await parseYamlText(`${head}v: ${word}`)
        assert.ok('table' in parsed, word)
        const { v } = parsed.table
        if (type === 'int' || type === 'float') assert.deepEqual([word, v], [word, numberOf(text)])
        else if (type === 'date' || type === 'datetime') assert.ok(v instanceof Date, word)
        else assert.equal(types.get(typeof v), type, word)
        if (type === 'str') assert.equal(v, text)
        if (type === 'bool') assert.equal(v, text === 'True')
      }
  })

  it('takes keys as they are written', async () => {
    const text = 'wandb: {on: no, off: 1}\nyes: 2\nnull: 3\n08: 4\n1_0: 5\n1.50: 6\n"no": 7\n2024-01-01: 8\n'
    const parsed = await parseYamlText(text)
    assert.ok('table' in parsed)
    const expected = { wandb: { on: false, off: 1 }, yes: 2, null: 3, '08': 4, '1_0': 5, '1.50': 6, no: 7 }
    assert.deepEqual(parsed.table, { ...expected, '2024-01-01': 8 })
    assert.ok('table' in (await parseYamlText('on: 1\nyes: 2\na: &a {b: 1}\nc: {<<: *a, <<: *a}\n')))
    assert.ok('fault' in (await parseYamlText('on: 1\n"on": 2\n')))
  })
})

/** The number that Python's str() is of. */
function numberOf(text: string): number {
  return Number(text.replace('inf', 'Infinity').replace('nan', 'NaN'))
}
