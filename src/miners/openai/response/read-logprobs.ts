import type { Logprob } from '../../../plugin/miner.js'
import { given, record, records } from './loose-json.js'

/** How likely the tokens of a choice were, as its `logprobs` tell; what is no logprob is left out. */
export function readLogprobs(logprobs: unknown): readonly Logprob[] {
  return records(record(logprobs).content, Number.POSITIVE_INFINITY).flatMap(entry => {
    const { top_logprobs: top } = entry
    const alternatives = Array.isArray(top) ? records(top, MOST_TOP).flatMap(logprobOf) : undefined
    return logprobOf(entry).map(one => ({
      ...one,
      ...given('bytes', bytesOf(entry.bytes)),
      ...given('top', alternatives),
    }))
  })
}

/** The most that may be asked for. */
const MOST_TOP = 20

function logprobOf({ token, logprob }: Readonly<Record<string, unknown>>): Pick<Logprob, 'token' | 'logprob'>[] {
  return typeof token === 'string' && Number.isFinite(logprob) ? [{ token, logprob: logprob as number }] : []
}

function bytesOf(bytes: unknown): readonly number[] | undefined {
  const isBytes = Array.isArray(bytes) && bytes.every(byte => Number.isInteger(byte) && byte >= 0 && byte < 256)
  return isBytes ? bytes : undefined
}
