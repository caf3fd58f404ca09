import assert from 'node:assert/strict'
import { cutShort } from '#dist/plugin/run/cut-short.js'
import { threadMs } from '../../support/thread-ms.ts'

/** What is kept ends where the bar stands. */
const cuts = {
  'after the last sentence': 'One. Two!| Three is not',
  'after a question': 'Who? Me?| And th',
  'after an ellipsis': 'Well…| now th',
  'after three dots': 'Well...| now th',
  'after several marks': 'No?!| Yes, bu',
  'after the quotes and brackets that a sentence closes': 'He said (and meant) “no.”)| Then h',
  'at the end of a line': 'One.|\nTwo th',
  'nowhere when a sentence has just ended': 'One. Two.|',
  'nowhere when a quoted sentence has just ended': '“One.”|',
  'after a Chinese sentence, which no space follows': '今天很好。|明天',
  'after a Japanese question in quotes': '「元気？」|と言',
  'after a full-width exclamation': '你好！|再',
  'after the last word where there is no sentence': 'one two| thr',
  'after a word that a space follows': 'one two| ',
  'after the last word of a right-to-left text': 'שלום לכולם| מה',
  'nowhere in a single word': 'Hel|',
  'nowhere in a single word after white space': '  \n Hel|',
  'nowhere where nothing says where a word ends': '今天很好明天也|',
}

describe('cutShort', () => {
  for (const [where, text] of Object.entries(cuts)) {
    it(`cuts ${where}`, () => {
      const [kept, lost = ''] = text.split('|')
      assert.equal(cutShort(kept + lost), kept)
    })
  }

  it('does not take what only looks like a sentence for one', () => {
    assert.equal(cutShort('Pi is it. It is 3.'), 'Pi is it.')
    assert.equal(cutShort('Two things.\n1. Fir'), 'Two things.')
    assert.equal(cutShort('Eat well. Take fruit, e.g. app'), 'Eat well.')
    assert.equal(cutShort('It is he. J. S. Ba'), 'It is he.')
    assert.equal(cutShort('Look it up. See example.com/a.b fo'), 'Look it up.')
    assert.equal(cutShort('It is 3.14 or s'), 'It is 3.14 or')
  })

  it('gives up no more than 1,000 characters for the sake of a whole sentence', () => {
    const words = 'word '.repeat(400).trimEnd()
    assert.equal(cutShort(`One. ${words}`), `One. ${words.slice(0, -5)}`)
    const word = 'x'.repeat(5000)
    assert.equal(cutShort(`One. Two ${word}`), `One. Two ${word}`)
  })

  it('takes no time, whatever is in it', async () => {
    const ms = await threadMs(() => {
      for (const text of ['.', '."', '. ', ' ', '"', 'a.', '…!?', '\n', '今', '。', '1.'])
        cutShort(text.repeat((4 * 1024 * 1024) / text.length))
    })
    assert.ok(ms < 1_000, `${ms} ms`)
  })
})
