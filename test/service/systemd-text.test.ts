import assert from 'node:assert/strict'
import { credentialName, UnitTextError, unitPath, unitWord } from '#dist/service/systemd-text.js'

describe('unitWord', () => {
  const rows: [text: string, word: string][] = [
    ['', '""'],
    ['plain', '"plain"'],
    ['two words', '"two words"'],
    ['50%', '"50%%"'],
    ['%h %', '"%%h %%"'],
    ['say "hi"', '"say \\"hi\\""'],
    ["it's", `"it's"`],
    ['C:\\a', '"C:\\\\a"'],
    ['\\', '"\\\\"'],
    ['a\nb\tc', '"a\\nb\\tc"'],
    ['; # é 😀', '"; # é 😀"'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: systemd replaces such variables, not JavaScript
    ['$HOME ${A} $$', '"$HOME ${A} $$"'],
  ]
  for (const [text, word] of rows)
    it(`quotes ${JSON.stringify(text)} as ${word}`, () => {
      assert.equal(unitWord(text), word)
      assert.equal(unitWord(text, { dollars: true }), word.replaceAll('$', '$$$$'))
    })

  it('refuses control characters that a unit cannot hold', () => {
    for (const text of ['\0', 'a\u001b[0m', '\r', '\u007f']) assert.throws(() => unitWord(text), UnitTextError)
  })
})

describe('unitPath', () => {
  it('writes a path as it is, but for the percent sign', () => {
    assert.equal(unitPath('/a b/"c"/$d/%e/\\f:g'), '/a b/"c"/$d/%%e/\\f:g')
  })

  it('refuses what would end or join lines, and white space that systemd drops', () => {
    for (const path of ['/a\nExecStartPre=/bin/id', '/a\\', '/a ', '/a\t', '/a\r'])
      assert.throws(() => unitPath(path), UnitTextError, JSON.stringify(path))
  })
})

describe('credentialName', () => {
  it('takes names that are files on every system only', () => {
    assert.equal(credentialName('openai.apiKey'), 'openai.apiKey')
    for (const name of ['a:b', 'a b', '%n', '', 'a/b']) assert.throws(() => credentialName(name), UnitTextError)
  })
})
