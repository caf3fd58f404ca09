/**
 * An unfinished answer, cut where it reads best: after its last sentence or, failing that, its last word. A text
 * without either is left as it is. It gives up 1,000 characters at most.
 *
 * @param text not blank
 * @returns not blank
 */
export function cutShort(text: string): string {
  const start = Math.max(0, text.length - MAX_LOSS)
  const tail = text.slice(start)
  const sentence = [...tail.matchAll(SENTENCE_END)].at(-1)
  if (sentence) return text.slice(0, start + sentence.index + sentence[0].length)
  const word = tail.search(/\s\S*$/)
  const words = word < 0 ? '' : text.slice(0, start + word)
  return words.trim() === '' ? text : words
}

const MAX_LOSS = 1000

// The mark, the quotes and brackets that it closes, and then a space or the end. A full stop after a digit may be in
// "3.14" or after the number of a list, one after a single letter in "e.g.": neither ends a sentence. Chinese and
// Japanese put no space after theirs.
const SENTENCE_END = /(?:(?:[!?…]|(?<![\d.]|(?<!\p{L})\p{L})\.+)["'”’»)\]]*(?=\s|$)|[。！？｡]["”’」』）]*)/gu
