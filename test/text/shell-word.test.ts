import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { shellWord } from '#dist/text/shell-word.js'

describe('shellWord', () => {
  it('leaves words that a shell takes as they are', () => {
    for (const word of ['--url', 'http://127.0.0.1:8091', 'a_b/c.toml', '50%', 'me@host+1'])
      assert.equal(shellWord(word), word)
  })

  it('quotes what a shell would split, expand or run', () => {
    for (const text of [
      '',
      'two words',
      "it's",
      '$HOME',
      '`id`',
      '$(id)',
      '*',
      '~',
      'a;b',
      'a\nb',
      '"',
      '\\',
      '!1',
      '#',
    ]) {
      const printed = execFileSync('sh', ['-c', `printf '%s' ${shellWord(text)}`], { encoding: 'utf8' })
      assert.equal(printed, text)
      assert.notEqual(shellWord(text), text)
    }
  })
})
