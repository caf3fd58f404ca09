import { piecesOf } from './conversation.ts'

/** What a caller made of what it got. */
export type Outcome = {
  /** `broken`: neither an answer nor an honest error */
  readonly kind: 'answered' | 'in part' | 'refused' | 'left' | 'broken'
  /** status or code of an error; what is wrong with it when it is broken */
  readonly what?: string
}

/** What may be told to a caller who did nothing wrong. 500 is not among them: that is a fault nobody thought of. */
const honest = [408, 429, 502, 503, 504]

/** An error in the form of the wire: does it say what happened? */
export function refused(status: number, said: { header: string | undefined; text: string }): Outcome {
  const what = String(status)
  if (!honest.includes(status)) return broken(`${status} ${said.text}`)
  if (said.header !== what) return broken(`${status}, and ${said.header} in its head`)
  return said.text.trim() ? { kind: 'refused', what } : broken(`${status} without a word`)
}

/** A whole answer: all that the model says, or as much of it as there was time for. */
export function whole(caller: number, text: unknown): Outcome {
  if (typeof text !== 'string' || text.trim() === '') return broken('200, and nothing in it')
  if (isAll(caller, text)) return { kind: 'answered' }
  return isBeginning(caller, text) ? { kind: 'in part' } : broken(`the model never said ${text.slice(0, 100)}`)
}

/** A stream: all of it, or its beginning and an end that shows that there is more. */
export function stream(caller: number, text: string, { isCut }: { isCut: boolean }): Outcome {
  if (!isBeginning(caller, text)) return broken(`the model never said ${text.slice(0, 100)}`)
  if (isCut) return { kind: 'in part' }
  if (text.trim() === '') return broken('a stream with nothing in it')
  return isAll(caller, text) ? { kind: 'answered' } : broken('a stream that ends as if it were whole')
}

export function broken(what: string): Outcome {
  return { kind: 'broken', what }
}

function isAll(caller: number, text: string): boolean {
  return text === piecesOf(caller).join('')
}

/** Also of an answer that is too long, which goes on with nothing but the letter x. */
function isBeginning(caller: number, text: string): boolean {
  const all = piecesOf(caller).join('')
  return all.startsWith(text) || (text.startsWith(all) && /^x*$/.test(text.slice(all.length)))
}
