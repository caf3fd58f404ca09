import type { DendriteReply } from '../../dendrite/create-dendrite.js'
import { LOST_HEADERS } from '../../dendrite/explain.js'
import { type Finding, findingsBy } from '../check.js'

/** What a signed request was answered. */
export type PingedAddress = {
  /** as `203.0.113.7:8091`, or the URL that the operator gave */
  readonly address: string
  readonly reply: Pick<DendriteReply, 'status' | 'statusFrom' | 'message' | 'rawHeaders'>
  /** whose axon it should be */
  readonly hotkey: string
  readonly hasTrustedProxy: boolean
}

/** Checks that what stands in front of an axon passes on the headers of requests, and of replies. */
export function checkHeaders({ address, reply, hotkey, hasTrustedProxy }: PingedAddress): readonly Finding[] {
  const { ok, unknown, warning, fault } = findingsBy(
    `sent a signed request to ${address}, and read what the axon had of it`,
  )
  const { rawHeaders, message } = reply
  if (rawHeaders.length === 0)
    return [unknown(`${address} is not reached from here, so that nothing is known of its headers`)]
  const proxy = headerOf(rawHeaders, 'server') ?? headerOf(rawHeaders, 'via')
  const named = proxy === undefined ? 'a proxy' : `a proxy (${proxy.slice(0, 60)})`
  if (LOST_HEADERS.test(message ?? ''))
    return [
      fault(
        'HEADERS_STRIPPED',
        `${named} in front of the axon drops the headers bt_header_…, so that every validator is refused: ${message}`,
        'let it pass headers with an underscore in the name (nginx: underscores_in_headers on; in http or server), and reload it',
      ),
    ]
  if (headerOf(rawHeaders, 'bt_header_axon_hotkey') !== hotkey)
    return [
      unknown(
        `what answers at ${address} is not the axon of this hotkey, or its reply has lost the headers bt_header_…`,
      ),
    ]
  if (proxy !== undefined && !hasTrustedProxy)
    return [
      ok('the headers bt_header_… arrive'),
      warning(
        'PROXY_UNTRUSTED',
        `${named} stands in front of the axon, which takes all callers for one address: they share its connections and its checks`,
        'name the address of the proxy with --trusted-proxy, and let it send X-Forwarded-For',
      ),
    ]
  return [ok(`the headers bt_header_… arrive${proxy === undefined ? '' : ` through ${named}`}`)]
}

function headerOf(rawHeaders: readonly string[], name: string): string | undefined {
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (rawHeaders[at]!.toLowerCase() === name) return rawHeaders[at + 1]
  return undefined
}
