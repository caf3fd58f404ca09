import type { Explanation } from './explain-policy.js'
import type { KnownPolicy } from './known-policy.js'

type Warning = { readonly label: 'warning'; readonly message: string; readonly hint?: string | undefined }

/** Returns what the reader of an explanation must know of where it comes from. */
export function explanationWarnings({ wanted, unusedFlags, chainError }: KnownPolicy): readonly Warning[] {
  return [
    ...(wanted?.error ? [ofError(wanted.error)] : []),
    ...(wanted?.hotkey === null && !wanted.error ? [encrypted(wanted.wallet)] : []),
    ...(unusedFlags.length > 0 ? [unused(unusedFlags)] : []),
    ...(chainError ? [ofError(chainError)] : []),
  ]
}

/** Returns whether nothing is known of the standing that decides, because this command could not read the chain. */
export function isUndecided({ refusal }: Explanation, { chainError }: KnownPolicy): boolean {
  return chainError !== null && refusal?.code === 'STANDINGS_UNKNOWN'
}

function encrypted(wallet: string): Warning {
  const message = `whose miner to look for is not known: the hotkey ${wallet} is encrypted, and its public half is not beside it`
  return warning(message, 'put the public half beside the keyfile, as btcli does')
}

function unused(flags: readonly string[]): Warning {
  const verb = flags.length === 1 ? 'is' : 'are'
  return warning(`the policy of the running miner is in force: ${flags.join(', ')} ${verb} not used`)
}

function ofError({ code, message, hint }: { code: string; message: string; hint: string }): Warning {
  return warning(`${message} (${code})`, hint)
}

function warning(message: string, hint?: string): Warning {
  return { label: 'warning', message, hint }
}
