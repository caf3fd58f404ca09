import assert from 'node:assert/strict'
import { parse } from 'yaml'
import { composeText, yamlText } from '#dist/service/yaml-text.js'

const texts = [
  '',
  'plain',
  'a: b # c',
  '"\\',
  "it's",
  '%TAG',
  '- x',
  'yes',
  '0x10',
  'a\nb\r\t',
  'é\u0085\u2028\u2029😀\ufeff',
  '\u001b[0m',
  '\0',
]

describe('yamlText', () => {
  for (const text of texts)
    it(`quotes ${JSON.stringify(text)} in ASCII, for YAML 1.1 and 1.2`, () => {
      const quoted = yamlText(text)
      assert.match(quoted, /^[ -~]*$/)
      for (const version of ['1.1', '1.2'] as const) assert.equal(parse(`a: ${quoted}`, { version }).a, text)
      assert.deepEqual(parse(`[${quoted}, ${quoted}]`), [text, text])
    })
})

describe('composeText', () => {
  it('keeps compose from replacing variables', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: compose replaces such variables, not JavaScript
    assert.equal(composeText('$HOME ${A:-b} $$ \\$'), '"$$HOME $${A:-b} $$$$ \\\\$$"')
  })
})
