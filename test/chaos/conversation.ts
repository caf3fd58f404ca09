import { pick, random } from '../support/random.ts'

/** Returns the question of caller `number`; all differ. */
export const questionOf = (number: number): string => `What is ${number} to you?`

/** Returns the number of the caller that asks this question. */
export const numberOf = (question: string): number => Number(/\d+/.exec(question))

/**
 * Returns the pieces of the complete answer: the same from every endpoint, so that a caller can detect missing ones.
 */
export function piecesOf(number: number): string[] {
  const next = random('pieces', number)
  const sentences = Array.from(
    { length: 2 + Math.floor(next() * 8) },
    () => `${pick(sayings, next)}${pick(ends, next)}`,
  )
  return [`To ${number}: `, ...sentences]
}

const sayings = [
  'a number',
  'naïve, I know',
  'Zahlen, bitte',
  'שלום, עולם',
  'مرحبا بالعالم',
  '漢字かな交じり文',
  'e\u0301 and a\u0308\u0323',
  '👨‍👩‍👧 and 🇨🇭',
]
const ends = ['. ', '! ', '.\n', '\n\n', ', ', ' ']
