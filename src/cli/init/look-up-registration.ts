import { ENDING } from '../../app/tokens.js'
import { TimeoutError, timeoutSignal } from '../../async/timeout.js'
import { ChainError } from '../../chain/chain-error.js'
import { lookAtChain } from '../subnet/open-chain.js'
import type { FirstStart } from './first-start.js'

/** How long the chain may take to answer: the first start does not need it. */
const LOOK_MS = 10_000

/**
 * Asks the chain whether the hotkey is registered on the subnet, and says so.
 *
 * @returns null: unknown
 */
export async function lookUpRegistration(start: FirstStart, hotkey: string | null): Promise<boolean | null> {
  const { answers, say } = start
  const network = answers.find('subtensor.network')!
  if (!start.isOnline || hotkey === null || answers.value(network) === 'none') return null
  const netuid = Number(answers.value(answers.find('netuid')!))
  using shown = start.wait(`asking ${answers.text(network)} for the hotkey`)
  await using run = await start.preview('leave')
  const reason = () => new TimeoutError(`it did not answer within ${LOOK_MS / 1000} s`)
  using timeout = timeoutSignal({ ms: LOOK_MS, reason, parent: run.scope.resolve(ENDING) })
  try {
    const found = await (await lookAtChain(run.scope)).registration(netuid, hotkey, timeout.signal)
    shown[Symbol.dispose]()
    say(
      found
        ? `it is registered on subnet ${netuid}, with uid ${found.uid}`
        : `it is not registered on subnet ${netuid} yet`,
    )
    return found !== null
  } catch (error) {
    if (!(error instanceof ChainError || error instanceof TimeoutError)) throw error
    shown[Symbol.dispose]()
    say(`whether it is registered on subnet ${netuid} is not known: ${error.message}`)
    return null
  }
}
