import type { Outcome, Piece } from '../../plugin/miner.js'

/** Listens to the end, and hands the text of each piece on as it comes. @throws whatever the speech throws */
export async function hear(
  speech: AsyncGenerator<Piece, Outcome>,
  onText: (text: string) => void,
): Promise<{ readonly text: string; readonly outcome: Outcome }> {
  let whole = ''
  for (;;) {
    const step = await speech.next()
    if (step.done) return { text: whole, outcome: step.value }
    const { text = '' } = step.value
    whole += text
    onText(text)
  }
}
