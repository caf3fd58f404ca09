import { piecesOf } from './conversation.ts'

/** How a caller classifies the reply. */
export type Outcome = {
  /** `broken`: neither an answer nor an honest error */
  readonly kind: 'answered' | 'in part' | 'refused' | 'left' | 'broken'
  /** the status or code of an error; for `broken`, the reason */
  readonly what?: string
}

/** The statuses that a caller may get for a valid request. Excludes 500, which means an unknown error. */
const honest = [408, 429, 502, 503, 504]

/** Classifies an error reply: its status, header and text must be consistent. */
export function refused(status: number, reply: { header: string | undefined; text: string }): Outcome {
  const what = String(status)
  if (!honest.includes(status)) return broken(`${status} ${reply.text}`)
  if (reply.header !== what) return broken(`${status}, but ${reply.header} in its head`)
  return reply.text.trim() ? { kind: 'refused', what } : broken(`${status} without a message`)
}

/** Classifies a whole answer: it must be the model's answer, or a beginning of it, cut at the deadline. */
export function whole(caller: number, text: unknown): Outcome {
  if (typeof text !== 'string' || text.trim() === '') return broken('200 with an empty completion')
  if (isAll(caller, text)) return { kind: 'answered' }
  return isBeginning(caller, text) ? { kind: 'in part' } : broken(`the model never sent ${text.slice(0, 100)}`)
}

/** Classifies a stream: it must be complete, or visibly cut off after a beginning of the answer. */
export function stream(caller: number, text: string, { isCut }: { isCut: boolean }): Outcome {
  if (!isBeginning(caller, text)) return broken(`the model never sent ${text.slice(0, 100)}`)
  if (isCut) return { kind: 'in part' }
  if (text.trim() === '') return broken('an empty stream')
  return isAll(caller, text) ? { kind: 'answered' } : broken('an incomplete stream that ends as if it were complete')
}

/** Returns the outcome for a reply that is neither an answer nor an honest error. */
export function broken(what: string): Outcome {
  return { kind: 'broken', what }
}

function isAll(caller: number, text: string): boolean {
  return text === piecesOf(caller).join('')
}

/** Also accepts the start of an endless answer, which continues with the letter x. */
function isBeginning(caller: number, text: string): boolean {
  const all = piecesOf(caller).join('')
  return all.startsWith(text) || (text.startsWith(all) && /^x*$/.test(text.slice(all.length)))
}
