import assert from 'node:assert/strict'
import { clipLine } from '#dist/cli/top/clip-line.js'

describe('a line that is clipped', () => {
  it('stays as it is when it fits', () => {
    assert.equal(clipLine('12345', 5), '12345')
  })

  it('ends with an ellipsis in the last column', () => {
    assert.equal(clipLine('123456', 5), '1234…')
  })

  it('counts a wide letter twice, and does not halve it', () => {
    assert.equal(clipLine('日本語', 5), '日本…')
    assert.equal(clipLine('日本語', 4), '日…')
  })

  it('keeps colours, which take no column', () => {
    assert.equal(clipLine('\u001b[31mred\u001b[39m and more', 7), '\u001b[31mred\u001b[39m an…')
    assert.equal(clipLine('\u001b[31mred text\u001b[39m more', 4), '\u001b[31mred…\u001b[39m')
  })
})
