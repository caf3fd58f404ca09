import type { Patch, Route } from '../plugin/dialect.js'
import type { Asked, Miner, Outcome } from '../plugin/miner.js'
import { until } from '../plugin/until.js'
import { wholeAnswer } from '../plugin/whole-answer.js'
import type { Request } from './read.js'

/** What the dialect says to a request, and what the miner told of its making (null when it was not asked). */
export type Given = { readonly patch: Patch; readonly outcome: Outcome | null }

/**
 * Lets the dialect answer, which asks the miner. Neither is trusted to heed the signal.
 *
 * @throws the signal's reason · whatever the dialect or the miner throws
 */
export async function answer(
  request: Request,
  { route, miner, asked, onFirst }: { route: Route; miner: Miner; asked: Required<Asked>; onFirst: () => void },
): Promise<Given> {
  let outcome: Outcome | null = null
  const patch = await until(
    route.answer({
      ...asked,
      body: request.body,
      ask: async question => {
        const given = await wholeAnswer(miner, question, asked, onFirst)
        outcome = given.outcome
        return given
      },
    }),
    asked.signal,
  )
  return { patch, outcome }
}
