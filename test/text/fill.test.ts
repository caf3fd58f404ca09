import assert from 'node:assert/strict'
import { columnsOf, cutColumns, fill, padColumns, printedColumns } from '#dist/text/fill.js'

describe('fill', () => {
  it('breaks a text at its spaces into lines that fit', () => {
    assert.equal(fill('one two three four', { width: 9 }), 'one two\nthree\nfour')
    assert.equal(fill('one two three', { width: 12, at: 7, indent: 2 }), 'one\n  two three')
  })

  it('keeps words whole, and spaces within a line', () => {
    assert.equal(fill('a longest-of-words b', { width: 8 }), 'a\nlongest-of-words\nb')
    assert.equal(fill('a  b', { width: 8 }), 'a  b')
  })

  it('leaves a text as it is where no width limits it', () => {
    assert.equal(fill('one two three four', { width: undefined }), 'one two three four')
  })

  it('counts what a terminal prints', () => {
    assert.deepEqual(['abc', '東京', 'e\u0301', '🙂', ''].map(printedColumns), [3, 4, 1, 2, 0])
    assert.equal(fill('東京 東京', { width: 8 }), '東京\n東京')
  })
})

describe('columns of a terminal', () => {
  it('are filled with spaces, and cut between letters', () => {
    assert.deepEqual([padColumns('東京', 6), padColumns('longer', 3)], ['東京  ', 'longer'])
    assert.deepEqual(cutColumns('東京e\u0301🙂x', 4), ['東京', 'e\u0301🙂x'])
    assert.deepEqual(cutColumns('東京', 3), ['東', '京'])
    assert.deepEqual([cutColumns('', 3), cutColumns('東', 1)], [[''], ['東']])
  })
})

describe('columnsOf', () => {
  it('returns the columns of a terminal that has room for words', () => {
    const of = (stream: object) => columnsOf(stream as NodeJS.WriteStream)
    assert.equal(of({ isTTY: true, columns: 80 }), 80)
    assert.equal(of({ isTTY: true, columns: 0 }), undefined)
    assert.equal(of({ isTTY: true }), undefined)
    assert.equal(of({ columns: 80 }), undefined)
  })
})
