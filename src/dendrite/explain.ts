import type { SynapseReply } from '../wires/synapse/read-reply.js'
import type { explanationCodes } from './explanation-codes.js'

type ExplanationCode = keyof typeof explanationCodes

/** What a reply that is no success means to the one who asked, by code and in a sentence, and what would mend it. */
type Explanation = { readonly code: ExplanationCode; readonly message: string; readonly hint: string }

/**
 * Explains a reply to the user of `miner query`; null for a success, which needs no word. Message and hint may hold
 * the axon's own text as it came, control characters and all: whoever prints them escapes them.
 */
export function explain({ status, message }: Pick<SynapseReply, 'status' | 'message'>): Explanation | null {
  const said = (message ?? '').slice(0, 2048)
  switch (status) {
    case 200:
      return null
    case 401:
      return unverified(said)
    case 403:
      return {
        code: 'BLACKLISTED',
        message: `the axon does not answer this hotkey: ${said}`,
        hint: 'ask with a hotkey that it admits: registered on its subnet, with a validator permit, or on its allow list',
      }
    case 404:
      return unknownSynapse(said)
    case 408:
      return late(said)
    case 413:
      return { code: 'QUESTION_TOO_LONG', message: `the question is too large: ${said}`, hint: 'ask with less text' }
    case 422:
      return {
        code: 'REPLY_UNREADABLE',
        message: `the reply is not a synapse: ${said}`,
        hint: 'check that --url names an axon of SDK 6 to 10',
      }
    case 429:
      return {
        code: 'BUSY',
        message: `the axon has had enough for now: ${said}`,
        hint: 'ask again later, or with fewer at once',
      }
    case 501:
      return {
        code: 'UNSUPPORTED',
        message: `the miner behind the axon cannot do that: ${said}`,
        hint: 'ask something else of it',
      }
    case 503:
      return unavailable(said)
    case 504:
      return late(said)
    case null:
      return {
        code: 'STATUS_MISSING',
        message: 'the axon answered without a status, which validators count as no answer',
        hint: NOT_OURS,
      }
    case 400:
      if (said.startsWith('Payload error: the reply was cut off'))
        return {
          code: 'REPLY_CUT',
          message: 'the connection was closed before the end of the reply',
          hint: `allow more time with --timeout, in case the axon ran out of it, or ${NOT_OURS}`,
        }
      if (/^(Client response|Payload) error/.test(said))
        return {
          code: 'REPLY_UNREADABLE',
          message: `the reply cannot be read: ${said}`,
          hint: 'check that --url names an axon',
        }
      return {
        code: 'MALFORMED',
        message: `the axon cannot read the question: ${said}`,
        hint: 'check the fields that were sent',
      }
    default:
      if (status >= 500)
        return { code: 'AXON_FAILED', message: `the axon failed with ${status}: ${said}`, hint: NOT_OURS }
      return {
        code: 'REFUSED',
        message: `the axon refused with ${status}: ${said}`,
        hint: 'check the fields that were sent',
      }
  }
}

const NOT_OURS = "look into the axon's own log"

function unverified(said: string): Explanation {
  const [, tooOld] = /too old: .* but request was (-?[\d.]+) seconds old/.exec(said) ?? []
  const [, ahead] = /future: .* but request was (-?[\d.]+) seconds ahead/.exec(said) ?? []
  if (tooOld !== undefined || ahead !== undefined) {
    return {
      code: 'CLOCKS_DIFFER',
      message: `the two clocks differ: to the axon this question is ${tooOld ? `${tooOld} s old` : `${ahead} s ahead`}`,
      hint: 'set both clocks by NTP; a longer --timeout allows for more',
    }
  }
  if (said.includes('Nonce is too old')) {
    return {
      code: 'NONCE_OVERTAKEN',
      message: `the axon has seen a newer question of this caller: ${said}`,
      hint: 'ask again',
    }
  }
  if (said.includes('Signature mismatch')) {
    return {
      code: 'SIGNATURE_MISMATCH',
      message: 'the axon did not find the signature on what it was sent',
      hint: 'check --receiver: it must be the hotkey that the axon at --url serves',
    }
  }
  return {
    code: 'NOT_VERIFIED',
    message: `the axon does not believe who is asking: ${said}`,
    hint: 'check the wallet and its hotkey',
  }
}

function unknownSynapse(said: string): Explanation {
  const [, offered] = /Available synapses \[(.*)\]/.exec(said) ?? []
  if (offered === undefined)
    return { code: 'NOT_FOUND', message: 'there is no axon at this address', hint: 'check --url' }
  const names = offered.replaceAll("'", '')
  return {
    code: 'UNKNOWN_SYNAPSE',
    message: 'the axon does not know this synapse',
    hint: `if it speaks another dialect, name that with --dialect (miner dialects lists them); it offers: ${names}`,
  }
}

function late(said: string): Explanation {
  const ours = said.startsWith('Request timeout after')
  return {
    code: ours ? 'TIMEOUT' : 'DEADLINE',
    message: ours ? `there was no whole answer in time: ${said}` : `the axon could not answer in time: ${said}`,
    hint: 'allow more time with --timeout, or ask when the axon has less to do',
  }
}

function unavailable(said: string): Explanation {
  if (said.startsWith('Service unavailable at')) {
    return {
      code: 'AXON_UNREACHABLE',
      message: `nobody takes the call: ${said}`,
      hint: 'check --url, that the axon runs, and its firewall',
    }
  }
  if (said.startsWith('Service disconnected')) {
    return {
      code: 'REPLY_MISSING',
      message: 'the connection was closed without a reply',
      hint: `check --url; ${NOT_OURS}`,
    }
  }
  return {
    code: 'AXON_UNAVAILABLE',
    message: `the axon cannot answer now: ${said}`,
    hint: 'ask again in a little while',
  }
}
