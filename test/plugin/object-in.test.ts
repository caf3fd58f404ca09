import assert from 'node:assert/strict'
import { objectIn } from '#dist/plugin/object-in.js'

describe('the JSON object in a text', () => {
  for (const [what, text, object] of [
    ['alone', '{"a": [1, {"b": null}]}', { a: [1, { b: null }] }],
    ['with white space around it', '\n {"a": 1}\t', { a: 1 }],
    ['in a code fence', '```json\n{"a": "```"}\n```', { a: '```' }],
    ['after words', 'Sure! Here it is: {"a": 1} Anything else?', { a: 1 }],
    ['in a list of one', '[{"a": 1}]', { a: 1 }],
    ['with a comma too many', '{"a": [1, 2,],}', { a: [1, 2] }],
    ['without quotes, or with others', "{a: 'b', c: True}", { a: 'b', c: true }],
  ] as const)
    it(`is found ${what}`, () => assert.deepEqual(objectIn(text), object))

  for (const text of [
    '',
    'no',
    '[1]',
    '"{"',
    '}{',
    '{',
    '{"a": 1',
    '{"a": {"b": 1}, "c": [1, 2',
    '{"a": 1} and {"b": 2}',
    'null',
  ])
    it(`is not in ${JSON.stringify(text)}`, () => assert.equal(objectIn(text), null))

  it('keeps __proto__ a key like any other', () => {
    const object = objectIn('{"__proto__": {"a": 1}}')!
    assert.deepEqual(Object.keys(object), ['__proto__'])
    assert.equal(object.a, undefined)
  })
})
