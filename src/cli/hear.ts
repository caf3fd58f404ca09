import type { Answer } from '../plugin/dialect.js'
import type { Outcome, Piece } from '../plugin/miner.js'

/** An answer that came piece by piece. */
export type Heard<End> = {
  readonly text: string
  readonly pieces: number
  /** until the first piece; null when there was none */
  readonly firstMs: number | null
  readonly ms: number
  /** what was said of it in the end */
  readonly end: End
}

/**
 * Waits for an answer that is given as one.
 *
 * @param ask calls back when the first words are there, although nobody gets them yet
 */
export async function hearWhole(ask: (onFirst: () => void) => Promise<Answer>): Promise<Heard<Outcome>> {
  const startedAt = performance.now()
  const ms = () => Math.round(performance.now() - startedAt)
  let firstMs: number | null = null
  const { text, outcome } = await ask(() => {
    firstMs ??= ms()
  })
  return { text, pieces: 1, firstMs, ms: ms(), end: outcome }
}

/** Listens to the end, and hands each piece on as it comes. @throws whatever the speech throws */
export async function hear<End>(
  speech: AsyncGenerator<string | Piece, End>,
  onPiece: (piece: string) => void,
): Promise<Heard<End>> {
  const startedAt = performance.now()
  const ms = () => Math.round(performance.now() - startedAt)
  let text = ''
  let firstMs: number | null = null
  for (let pieces = 0; ; pieces++) {
    const step = await speech.next()
    if (step.done) return { text, pieces, firstMs, ms: ms(), end: step.value }
    firstMs ??= ms()
    const said = typeof step.value === 'string' ? step.value : (step.value.text ?? '')
    text += said
    onPiece(said)
  }
}
