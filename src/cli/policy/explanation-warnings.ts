import { spanText } from '../../text/span.js'
import type { Explanation } from './explain-policy.js'
import type { RunningMiner } from './find-miner.js'
import type { KnownPolicy } from './known-policy.js'

type Warning = { readonly label: 'warning'; readonly message: string; readonly hint?: string | undefined }

/** Returns what the reader of an explanation must know of where it comes from. */
export function explanationWarnings(known: KnownPolicy, now = Date.now()): readonly Warning[] {
  const { wanted, running, unusedSettings, metagraphProblem, chainError } = known
  return [
    ...(wanted?.error ? [ofError(wanted.error)] : []),
    ...(wanted?.hotkey === null && !wanted.error ? [encrypted(wanted.wallet)] : []),
    ...(running ? ofRunning(running, now) : []),
    ...(unusedSettings.length > 0 ? [unused(unusedSettings)] : []),
    ...(metagraphProblem ? [warning(`the saved metagraph ${metagraphProblem}`, 'look for the chain in the log')] : []),
    ...(chainError ? [ofError(chainError)] : []),
  ]
}

/**
 * Returns whether nothing is known of the standing that decides, because this command could read neither the chain nor the
 * metagraph of the running miner.
 */
export function isUndecided({ refusal }: Explanation, { chainError, metagraphProblem }: KnownPolicy): boolean {
  return (chainError !== null || metagraphProblem !== null) && refusal?.code === 'STANDINGS_UNKNOWN'
}

function ofRunning({ pid, isGone, store }: RunningMiner, now: number): readonly Warning[] {
  const gone = `no process ${pid} runs here: the miner was killed within the last minute, or runs in another container`
  return [
    ...(isGone ? [warning(gone)] : []),
    ...(store?.failure
      ? [warning(`the store of nonces fails, and new requests with it: ${store.failure.message}`)]
      : []),
    ...(store?.pause && store.pause.until > now
      ? [
          warning(
            `the store of nonces has all callers refused for another ${spanText(store.pause.until - now)}`,
            'miner status',
          ),
        ]
      : []),
  ]
}

function encrypted(wallet: string): Warning {
  const message = `whose miner to look for is not known: the hotkey ${wallet} is encrypted, and its public half is not beside it`
  return warning(message, 'put the public half beside the keyfile, as btcli does')
}

function unused(settings: readonly string[]): Warning {
  const verb = settings.length === 1 ? 'is' : 'are'
  return warning(`the policy of the running miner is in force: ${settings.join(', ')} ${verb} not used`)
}

function ofError({ code, message, hint }: { code: string; message: string; hint: string }): Warning {
  return warning(`${message} (${code})`, hint)
}

function warning(message: string, hint?: string): Warning {
  return { label: 'warning', message, hint }
}
