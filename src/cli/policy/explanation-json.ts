import type { ChainError } from '../../chain/chain-error.js'
import type { WalletError } from '../../wallet/wallet-error.js'
import type { Refusal } from '../../wires/refusal.js'
import { decimalAmount } from '../subnet/amount.js'
import { type Explanation, retrySecondsOf } from './explain-policy.js'
import type { KnownPolicy } from './known-policy.js'

/** Returns an explanation as a JSON document. Its names are API; times are ISO 8601, amounts are decimal texts. */
export function explanationJson(explanation: Explanation, known: KnownPolicy): object {
  const { running, metagraph, metagraphProblem, chain, wanted, unusedSettings, chainError } = known
  const { hotkey, synapse, standing, rules, refusal, rates, blacklistHook, place } = explanation
  return {
    hotkey,
    synapse,
    admitted: refusal === null,
    refusal: refusal && refusalJson(refusal),
    policyOf: running
      ? {
          running: true,
          pid: running.pid,
          url: running.url,
          writtenAt: new Date(running.writtenAt).toISOString(),
          unusedSettings,
        }
      : { running: false, lookedFor: wanted && { ...wanted, error: wanted.error && errorJson(wanted.error) } },
    chain,
    chainError: chainError && errorJson(chainError),
    metagraph: metagraph && { block: metagraph.block, readAt: new Date(metagraph.readAt).toISOString() },
    metagraphProblem,
    standing:
      chain === null || typeof standing === 'string'
        ? chain && standing
        : { uid: standing.uid, stake: decimalAmount(standing.stakeRao), permit: standing.hasPermit },
    rules: rules.map(({ rule, verdict, why }) => ({ rule, verdict, ...(why !== '' && { why }) })),
    rates,
    blacklistHook,
    place: place && {
      stranger: place.isStranger,
      allowed: place.isAllowed,
      stake: decimalAmount(place.stakeRao),
      priorityHook: running?.hasPriority ?? null,
    },
  }
}

function errorJson({ code, message, hint }: WalletError | ChainError): object {
  return { code, message, hint }
}

/** `retryAfter` is in seconds. */
function refusalJson(refusal: Refusal): object {
  const { status, code, message } = refusal
  const seconds = retrySecondsOf(refusal)
  return { status, code, message, ...(seconds !== null && { retryAfter: seconds }) }
}
