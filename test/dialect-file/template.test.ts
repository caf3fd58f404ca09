import assert from 'node:assert/strict'
import { parseTemplate } from '#dist/dialect-file/template.js'

describe('parseTemplate', () => {
  it('puts values in place of their names', () => {
    const template = parseTemplate('{{{topic}}}: {n}, {list}, {topic}{none}')!
    assert.deepEqual(template.names, ['topic', 'n', 'list', 'topic', 'none'])
    const values = { topic: '{n} $& {{', n: 2n ** 70n, list: ['a', { b: null }], none: null }
    assert.equal(template.fill(values), '{{n} $& {{}: 1180591620717411303424, ["a",{"b":null}], {n} $& {{')
  })

  it('refuses an unmatched brace', () => {
    for (const text of ['{', '}', '{topic', 'topic}', '{to pic}', '{}', '{{}'])
      assert.equal(parseTemplate(text), undefined, text)
  })
})
