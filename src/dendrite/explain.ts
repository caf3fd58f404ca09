import { spanText } from '../text/span.js'
import { refusals } from '../wires/refusal.js'
import type { SynapseReply } from '../wires/synapse/read-reply.js'
import type { explanationCodes } from './explanation-codes.js'

type ExplanationCode = keyof typeof explanationCodes

/** What a failed request means to the user: a code, a sentence, and how to fix it. */
export type ReplyExplanation = { readonly code: ExplanationCode; readonly message: string; readonly hint: string }

/**
 * Explains a reply to the user of `miner query`; null for a success. Message and hint may contain the axon's raw text,
 * control characters included: the caller must escape them before printing.
 *
 * @param reply.retryAfter seconds that the reply asks to wait
 */
export function explain({
  status,
  message,
  retryAfter = null,
}: Pick<SynapseReply, 'status' | 'message'> & { readonly retryAfter?: number | null }): ReplyExplanation | null {
  const retry = retryAfter === null ? null : `retry in ${spanText(retryAfter * 1000)}`
  const text = (message ?? '').slice(0, 2048)
  switch (status) {
    case 200:
      return null
    case 401:
      return unverified(text)
    case 403:
      return {
        code: 'BLACKLISTED',
        message: `the axon does not answer this hotkey: ${text}`,
        hint: 'use a hotkey that it admits: registered on its subnet, with a validator permit and enough stake, or on its allow list',
      }
    case 404:
      return unknownSynapse(text)
    case 408:
      return late(text)
    case 413:
      return { code: 'QUESTION_TOO_LONG', message: `the question is too large: ${text}`, hint: 'send less text' }
    case 422:
      return {
        code: 'REPLY_UNREADABLE',
        message: `the reply is not a synapse: ${text}`,
        hint: 'check that --url names an axon of SDK 6 to 10',
      }
    case 429:
      if (text.startsWith(refusals.BUDGET_SPENT.text('')))
        return {
          code: 'BUDGET_SPENT',
          message: `the axon's operator pays for no more now: ${text}`,
          hint: retry ?? 'retry when the day (UTC) has turned',
        }
      return {
        code: 'BUSY',
        message: `the axon is busy or rate-limiting this hotkey: ${text}`,
        hint: `${retry ?? 'retry later'}, or send fewer requests at once`,
      }
    case 501:
      return {
        code: 'UNSUPPORTED',
        message: `the miner behind the axon cannot do that: ${text}`,
        hint: 'send a different request',
      }
    case 503:
      return unavailable(text, retry)
    case 504:
      return late(text)
    case null:
      return {
        code: 'STATUS_MISSING',
        message: 'the axon replied without a status, which validators count as a failure',
        hint: CHECK_AXON_LOG,
      }
    case 400:
      if (text.startsWith('Payload error: the reply was cut off'))
        return {
          code: 'REPLY_CUT',
          message: 'the connection was closed before the end of the reply',
          hint: `${CHECK_AXON_LOG}: its model may have failed, or it ran out of the time that --timeout gives it`,
        }
      if (/^(Client response|Payload) error/.test(text))
        return {
          code: 'REPLY_UNREADABLE',
          message: `the reply cannot be parsed: ${text}`,
          hint: 'check that --url names an axon',
        }
      return {
        code: 'MALFORMED',
        message: `the axon cannot parse the request: ${text}`,
        hint: LOST_HEADERS.test(text)
          ? `${CHECK_PROXY}; otherwise check the fields that were sent`
          : 'check the fields that were sent',
      }
    default:
      if (status >= 500)
        return { code: 'AXON_FAILED', message: `the axon failed with ${status}: ${text}`, hint: CHECK_AXON_LOG }
      return {
        code: 'REFUSED',
        message: `the axon refused with ${status}: ${text}`,
        hint: 'check the fields that were sent',
      }
  }
}

/** How the text of a dendrite begins that could not connect. */
const UNAVAILABLE = 'Service unavailable at '
const CHECK_AXON_LOG = "check the axon's log"

function unverified(text: string): ReplyExplanation {
  const [, tooOld] = /too old: .* but request was (-?[\d.]+) seconds old/.exec(text) ?? []
  const [, ahead] = /future: .* but request was (-?[\d.]+) seconds ahead/.exec(text) ?? []
  if (tooOld !== undefined || ahead !== undefined) {
    return {
      code: 'CLOCKS_DIFFER',
      message: `the clocks differ: by the axon's clock this request is ${tooOld ? `${tooOld} s old` : `${ahead} s ahead`}`,
      hint: 'synchronize both clocks with NTP; a longer --timeout tolerates a larger difference',
    }
  }
  if (text.includes('Nonce is too old')) {
    return {
      code: 'NONCE_OVERTAKEN',
      message: `the axon has already seen a newer nonce from this caller: ${text}`,
      hint: 'retry',
    }
  }
  if (text.includes('Signature mismatch')) {
    return {
      code: 'SIGNATURE_MISMATCH',
      message: 'the signature does not match what the axon received',
      hint: 'check --receiver: it must be the hotkey that the axon at --url serves',
    }
  }
  return {
    code: 'NOT_VERIFIED',
    message: `the axon could not verify the caller: ${text}`,
    hint: LOST_HEADERS.test(text)
      ? `${CHECK_PROXY}; otherwise check the wallet and its hotkey`
      : 'check the wallet and its hotkey',
  }
}

/**
 * What an axon answers to a request that lost the headers of its signature on the way. The last is the SDK's, with 400: its
 * axon reads the headers `bt_header_input_obj_…` first.
 */
export const LOST_HEADERS = /No SS58 formatted address|Missing (Nonce|Signature)|Could not parse headers/

const CHECK_PROXY =
  'check the proxy in front of the axon: some drop headers with an underscore in the name, which all of this wire have (nginx keeps them with "underscores_in_headers on")'

function unknownSynapse(text: string): ReplyExplanation {
  const [, offered] = /Available synapses \[(.*)\]/.exec(text) ?? []
  if (offered === undefined)
    return { code: 'NOT_FOUND', message: 'there is no axon at this address', hint: 'check --url' }
  const names = offered.replaceAll("'", '')
  return {
    code: 'UNKNOWN_SYNAPSE',
    message: 'the axon does not know this synapse',
    hint: `if it uses another dialect, name that with --dialect (miner dialects lists them); it offers: ${names}`,
  }
}

function late(text: string): ReplyExplanation {
  const isOurTimeout = text.startsWith('Request timeout after')
  return {
    code: isOurTimeout ? 'TIMEOUT' : 'DEADLINE',
    message: isOurTimeout
      ? `the reply was not complete in time: ${text}`
      : `the axon could not answer in time: ${text}`,
    hint: 'allow more time with --timeout, or retry when the axon is less busy',
  }
}

function unavailable(text: string, retry: string | null): ReplyExplanation {
  if (text.startsWith(UNAVAILABLE)) {
    return {
      code: 'AXON_UNREACHABLE',
      message: `no axon can be reached at ${text.slice(UNAVAILABLE.length).split('/', 1)[0]}`,
      hint: 'check --url (with --dev: the port of miner serve --dev), that the axon runs, and its firewall',
    }
  }
  if (text.startsWith('Service disconnected')) {
    return {
      code: 'REPLY_MISSING',
      message: 'the connection was closed without a reply',
      hint: `check --url; ${CHECK_AXON_LOG}`,
    }
  }
  if (text === refusals.DEADLINE_TOO_NEAR.text()) return late(text)
  if (text === refusals.STANDINGS_UNKNOWN.text()) {
    return {
      code: 'STANDINGS_UNKNOWN',
      message: 'the axon does not know yet whether this hotkey is registered',
      hint: `${retry ?? 'retry in a minute'}, or use a hotkey on its allow list; if it stays so, the axon cannot reach its chain`,
    }
  }
  return {
    code: 'AXON_UNAVAILABLE',
    message: `the axon cannot answer now: ${text}`,
    hint: retry ?? 'retry in a while',
  }
}
