import { isPlainAddress } from '../../config/redact.js'
import { developmentKeys } from '../../keys/development-keys.js'
import { isAddress } from '../../keys/ss58.js'
import { UsageError } from '../errors/usage-error.js'

type Typed = {
  readonly url?: string | undefined
  readonly receiver?: string | undefined
  readonly dev: boolean
  /** where `miner serve --dev` listens; called with `dev` alone */
  readonly developmentAxon: () => Promise<string>
}

/**
 * Reads which axon to ask, and the hotkey that it serves for; with `dev` both default to those of `miner serve --dev`.
 *
 * @throws {UsageError} URL_MISSING · RECEIVER_MISSING · INVALID_VALUE
 */
export async function readAxonAddress({
  url,
  receiver,
  dev,
  developmentAxon,
}: Typed): Promise<{ readonly url: URL; readonly receiver: string }> {
  const [, bob] = developmentKeys
  return {
    url: readAxonUrl(url ?? (dev ? await developmentAxon() : undefined)),
    receiver: readReceiver(receiver ?? (dev ? bob.address : undefined)),
  }
}

/** Reads the address of an axon. @throws {UsageError} URL_MISSING · INVALID_VALUE */
export function readAxonUrl(text: string | undefined): URL {
  if (text === undefined)
    throw new UsageError(
      'URL_MISSING',
      '--url is missing: it is the address of the axon to ask',
      '--url http://HOST:PORT, or --dev',
    )
  const url = URL.parse(text)
  // Only host and port are used. The rest may hold a secret, so the message does not repeat it.
  if (url?.protocol === 'http:' && url.hostname && url.href === `${url.origin}/`) return url
  const meant = isPlainAddress(text) ? URL.parse(text.includes('://') ? text : `http://${text}`) : null
  throw new UsageError(
    'INVALID_VALUE',
    '--url must be http://, the host and the port of an axon, and no more',
    `--url http://${meant?.host || 'HOST:PORT'}`,
  )
}

/** Reads the hotkey of an axon. @throws {UsageError} RECEIVER_MISSING · INVALID_VALUE */
export function readReceiver(text: string | undefined): string {
  const hint = '--receiver with the ss58 address of the hotkey that the axon serves for; it starts with 5'
  if (text === undefined)
    throw new UsageError('RECEIVER_MISSING', '--receiver is missing: it is the hotkey that the axon serves for', hint)
  if (!isAddress(text)) throw new UsageError('INVALID_VALUE', '--receiver is not a hotkey', hint)
  return text
}
