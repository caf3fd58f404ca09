import assert from 'node:assert/strict'
import { shortText } from '#dist/observe/short-text.js'

describe('a short text', () => {
  it('is the whole, up to 200 characters', () => {
    assert.equal(shortText('a'.repeat(200)), 'a'.repeat(200))
  })

  it('ends between two words, and says that it ends', () => {
    assert.equal(shortText(`${'word '.repeat(39)}the last word that fits`), `${'word '.repeat(39)}the…`)
  })

  it('ends inside a text without words, and never inside a character', () => {
    assert.equal(shortText('a'.repeat(201)), `${'a'.repeat(200)}…`)
    assert.ok(shortText(`${'a'.repeat(199)}\u{1f600}`).isWellFormed())
  })
})
