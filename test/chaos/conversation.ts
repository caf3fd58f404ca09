import { pick, random } from './random.ts'

/** What caller `number` asks; no two ask the same. */
export const questionOf = (number: number): string => `What is ${number} to you?`

/** Which caller's question this is. */
export const numberOf = (question: string): number => Number(/\d+/.exec(question))

/** What every endpoint says to it, if it says all: the same each time, so that each caller can tell what is missing. */
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
