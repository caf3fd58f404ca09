import { pick } from '../support/random.ts'
import { below, type Random } from './edits/edit-kind.ts'
import { stages } from './make-bytes.ts'
import type { Edit, Ending, Recipe, RequestRecipe } from './recipe.ts'

/** Draws a case: a seed, or a case of the corpus, and a few edits; at times several requests, and connections. */
export function drawRecipe(next: Random, seeds: readonly string[], corpus: readonly Recipe[]): Recipe {
  const begun = corpus.length > 0 && next() < 0.2 ? pick(corpus, next).requests : []
  const requests: RequestRecipe[] = begun.map(request => ({
    ...request,
    edits: [...request.edits, ...drawEdits(next)],
  }))
  const dialect = pick(seeds, next).split('.')[0]
  const own = seeds.filter(name => name.split('.')[0] === dialect)
  while (requests.length === 0 || (requests.length < 4 && next() < 0.25)) {
    const again = requests.length > 0 && next() < 0.4
    const edits = again
      ? drawEdits(next).filter(([name]) => !(name in stages.json || name in stages.sign))
      : drawEdits(next)
    requests.push(again ? { again: below(requests.length, next), edits } : { seed: pick(own, next), edits })
  }
  return {
    requests,
    ...(next() < 0.1 && { times: 2 + below(3, next) }),
    ...(next() < 0.2 && { writes: pick([2, 3, 10, 100], next) }),
    ...(next() < 0.15 && { ending: pick<Ending>(['end', 'destroy', 'reset', 'wait'], next) }),
    ...(next() < 0.07 && { cut: Number(next().toFixed(4)) }),
  }
}

/** The kinds of edits by how often they are drawn: what is in the body, and in the head, matters most. */
const WEIGHTS = { json: 6, sign: 3, head: 6, framing: 2, byte: 1 } as const

function drawEdits(next: Random): Edit[] {
  const edits: Edit[] = []
  while (edits.length < 6 && next() < 0.62) {
    const stage = pick(DRAWN, next)
    const [name, kind] = pick(Object.entries(stages[stage]), next)
    edits.push([name, ...kind.draw(next)])
  }
  return edits
}

const DRAWN = Object.entries(WEIGHTS).flatMap(([stage, times]) =>
  Array<keyof typeof stages>(times).fill(stage as keyof typeof stages),
)
