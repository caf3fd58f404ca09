import assert from 'node:assert/strict'
import { escapeForTerminal } from '#dist/cli/output/terminal.js'

describe('escapeForTerminal', () => {
  const text = 'a\tb\n\u001b[2J\r\u009b31m\u202e é😀\n'

  it('escapes what drives a terminal, but no line ends and tabs', () => {
    assert.equal(escapeForTerminal(text, { isTTY: true }), 'a\tb\n\\u001b[2J\\u000d\\u009b31m\\u202e é😀\n')
  })

  it('leaves a text alone that goes elsewhere', () => {
    assert.equal(escapeForTerminal(text, { isTTY: false }), text)
    assert.equal(escapeForTerminal(text, {}), text)
  })
})
