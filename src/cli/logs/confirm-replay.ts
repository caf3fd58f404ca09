import { RequestLogError } from '../../request-log/request-log-error.js'
import { escapeControls } from '../../text/escape.js'
import { canAsk, typedLine } from '../output/typed-line.js'

/**
 * Tells the operator that asking again costs money, and asks whether to go on.
 *
 * @param miner who is asked: its name, and the models that may answer
 * @returns whether the user typed y
 * @throws {RequestLogError} REPLAY_NOT_CONFIRMED when standard input is not a terminal · REPLAY_ABORTED on Ctrl-C
 * @throws the signal's reason
 */
export async function confirmReplay(miner: string, signal: AbortSignal): Promise<boolean> {
  if (!canAsk()) {
    const why = 'it may cost money, and only a terminal can ask for a yes'
    throw new RequestLogError('REPLAY_NOT_CONFIRMED', `the request is not asked again: ${why}`, { hint: 'give --yes' })
  }
  const question = `This asks the miner ${escapeControls(miner)} again, which may cost money. Go on? [y/N] `
  const typed = await typedLine(question, { signal, interrupted })
  return /^y(es)?$/i.test(typed.trim())
}

function interrupted(): RequestLogError {
  return new RequestLogError('REPLAY_ABORTED', 'the request is not asked again', {
    hint: 'give --yes to skip the question',
  })
}
