import assert from 'node:assert/strict'
import { objectIn } from '#dist/plugin/json.js'
import { threadMs } from '../support/thread-ms.ts'

describe('the JSON object in a text', () => {
  for (const [what, text, object] of [
    ['alone', '{"a": [1, {"b": null}]}', { a: [1, { b: null }] }],
    ['with white space around it', '\n {"a": 1}\t', { a: 1 }],
    ['in a code fence', '```json\n{"a": "```"}\n```', { a: '```' }],
    ['after words', 'Sure! Here it is: {"a": 1} Anything else?', { a: 1 }],
    ['in a list of one', '[{"a": 1}]', { a: 1 }],
    ['with a comma too many', '{"a": [1, 2,],}', { a: [1, 2] }],
    ['without quotes, or with others', "{a: 'b', c: True}", { a: 'b', c: true }],
    ['with quotes in a text', '{"a": "say "hi" to her"}', { a: 'say "hi" to her' }],
  ] as const)
    it(`is found ${what}`, async () => assert.deepEqual(await objectIn(text), object))

  for (const text of [
    '',
    'no',
    '[1]',
    '"{"',
    '}{',
    '{',
    '{no}',
    '{"a": 1',
    '{"a": "cut',
    '{"a": {"b": 1}, "c": [1, 2',
    '{"a": 1} and {"b": 2}',
    '{"a": 1}\n{"b": 2}',
    'null',
    `{"a": ${'['.repeat(200)}${']'.repeat(200)}}`,
    `{"a": ${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
  ])
    it(`is not in ${JSON.stringify(text.slice(0, 40))}`, async () => assert.equal(await objectIn(text), null))

  it('may nest as deep as a caller may', async () => {
    const text = `{"a":${'['.repeat(199)}${']'.repeat(199)}}`
    assert.equal(JSON.stringify(await objectIn(text)), text)
  })

  it('keeps __proto__ a key like any other', async () => {
    for (const text of ['{"__proto__": {"a": 1}}', "{'__proto__': {'a': 1}}"]) {
      const object = (await objectIn(text))!
      assert.deepEqual(Object.keys(object), ['__proto__'])
      assert.equal(object.a, undefined)
    }
  })

  it('is not repaired so long that other requests wait', async () => {
    for (const text of [`{${'"b '.repeat(100_000)}}`, '{'.repeat(1_000_000), `${'{"a":'.repeat(100_000)}}`]) {
      const ms = await threadMs(async () => assert.equal(await objectIn(text), null))
      assert.ok(ms < 1_000, `${ms} ms`)
    }
  })
})
