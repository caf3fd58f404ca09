import assert from 'node:assert/strict'
import { parseType } from '#dist/dialect-file/field-type.js'

describe('parseType', () => {
  const fits = (annotation: string, value: unknown) => parseType(annotation)!.schema.safeParse(value).success

  it('parses annotations in old and new syntax', () => {
    const same: [string, string][] = [
      ['Optional[str]', 'str | None'],
      ['typing.Optional[List[str]]', 'list[str] | None'],
      ['Union[str, int, None]', 'str | int | None'],
      ['Dict[str, typing.Any]', 'dict[str, Any]'],
      [' list [ dict ] ', 'list[dict]'],
      ['Union[str]', 'str'],
    ]
    for (const [annotation, text] of same) assert.equal(parseType(annotation)?.text, text, annotation)
  })

  it('accepts values of a type, and refuses others', () => {
    assert.deepEqual(
      [64, 2n ** 70n, 64.5, '64', null].map(value => fits('int', value)),
      [true, true, false, false, false],
    )
    assert.deepEqual(
      [64, 0.5, '0.5'].map(value => fits('float', value)),
      [true, true, false],
    )
    assert.deepEqual(
      [['a'], [], [1], 'a'].map(value => fits('list[str]', value)),
      [true, true, false, false],
    )
    assert.deepEqual(
      [{ a: [1] }, { a: 1 }].map(value => fits('dict[str, list[int]]', value)),
      [true, false],
    )
    assert.deepEqual(
      [null, 'a', 1].map(value => fits('str | None', value)),
      [true, true, false],
    )
    assert.deepEqual(
      [null, 1, { a: [] }, undefined].map(value => fits('Any', value)),
      [true, true, true, false],
    )
  })

  it('returns a JSON Schema and an empty value', () => {
    const { json, empty } = parseType('list[dict[str, float]] | None')!
    const items = { type: 'object', additionalProperties: { type: 'number' } }
    assert.deepEqual(json, { anyOf: [{ type: 'array', items }, { type: 'null' }] })
    assert.equal(empty, null)
    assert.deepEqual(
      ['str', 'int', 'bool', 'list', 'dict'].map(text => parseType(text)!.empty),
      ['', 0, false, [], {}],
    )
  })

  it('returns undefined for unsupported annotations', () => {
    const bad = ['', 'string', 'str[int]', 'list[', 'list[]', 'list[str', 'list[str]]', 'dict[str]', 'dict[int, str]']
    bad.push('Optional', 'Optional[str, int]', 'Union', 'str |', '| str', 'str str', 'toString', 'list[str;]')
    bad.push('list['.repeat(50_000), `${'list['.repeat(50_000)}str${']'.repeat(50_000)}`)
    for (const text of bad) assert.equal(parseType(text), undefined, text.slice(0, 20))
  })
})
