import type { SynapseReply } from '../wires/synapse/read-reply.js'

/** What a reply that is no success means to the one who asked, and what would mend it. */
type Explanation = { readonly sentence: string; readonly hint: string }

/**
 * Explains a reply to the user of `miner query`; null for a success, which needs no word. Sentence and hint may hold
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
        sentence: `the axon does not answer this hotkey: ${said}`,
        hint: 'ask with a hotkey that it admits: registered on its subnet, with a validator permit, or on its allow list',
      }
    case 404:
      return unknownSynapse(said)
    case 408:
      return late(said)
    case 413:
      return { sentence: `the question is too large: ${said}`, hint: 'ask with less text' }
    case 422:
      return { sentence: `the reply is not a synapse: ${said}`, hint: 'check that --url names an axon of SDK 6 to 10' }
    case 429:
      return { sentence: `the axon has had enough for now: ${said}`, hint: 'ask again later, or with fewer at once' }
    case 501:
      return { sentence: `the miner behind the axon cannot do that: ${said}`, hint: 'ask something else of it' }
    case 503:
      return unavailable(said)
    case 504:
      return late(said)
    case null:
      return { sentence: 'the axon answered without a status, which validators count as no answer', hint: NOT_OURS }
    case 400:
      if (said.startsWith('Payload error: the reply was cut off'))
        return {
          sentence: 'the connection was closed before the end of the reply',
          hint: `allow more time with --timeout, in case the axon ran out of it, or ${NOT_OURS}`,
        }
      if (/^(Client response|Payload) error/.test(said))
        return { sentence: `the reply cannot be read: ${said}`, hint: 'check that --url names an axon' }
      return { sentence: `the axon cannot read the question: ${said}`, hint: 'check the fields that were sent' }
    default:
      if (status >= 500) return { sentence: `the axon failed with ${status}: ${said}`, hint: NOT_OURS }
      return { sentence: `the axon refused with ${status}: ${said}`, hint: 'check the fields that were sent' }
  }
}

const NOT_OURS = "look into the axon's own log"

function unverified(said: string): Explanation {
  const [, tooOld] = /too old: .* but request was (-?[\d.]+) seconds old/.exec(said) ?? []
  const [, ahead] = /future: .* but request was (-?[\d.]+) seconds ahead/.exec(said) ?? []
  if (tooOld !== undefined || ahead !== undefined) {
    return {
      sentence: `the two clocks differ: to the axon this question is ${tooOld ? `${tooOld} s old` : `${ahead} s ahead`}`,
      hint: 'set both clocks by NTP; a longer --timeout allows for more',
    }
  }
  if (said.includes('Nonce is too old')) {
    return { sentence: `the axon has seen a newer question of this caller: ${said}`, hint: 'ask again' }
  }
  if (said.includes('Signature mismatch')) {
    return {
      sentence: 'the axon did not find the signature on what it was sent',
      hint: 'check --receiver: it must be the hotkey that the axon at --url serves',
    }
  }
  return { sentence: `the axon does not believe who is asking: ${said}`, hint: 'check the wallet and its hotkey' }
}

function unknownSynapse(said: string): Explanation {
  const [, offered] = /Available synapses \[(.*)\]/.exec(said) ?? []
  if (offered === undefined) return { sentence: 'there is no axon at this address', hint: 'check --url' }
  const names = offered.replaceAll("'", '')
  return { sentence: 'the axon does not know this synapse', hint: `ask one of those that it offers: ${names}` }
}

function late(said: string): Explanation {
  const ours = said.startsWith('Request timeout after')
  return {
    sentence: ours ? `there was no whole answer in time: ${said}` : `the axon could not answer in time: ${said}`,
    hint: 'allow more time with --timeout, or ask when the axon has less to do',
  }
}

function unavailable(said: string): Explanation {
  if (said.startsWith('Service unavailable at')) {
    return { sentence: `nobody takes the call: ${said}`, hint: 'check --url, that the axon runs, and its firewall' }
  }
  if (said.startsWith('Service disconnected')) {
    return { sentence: 'the connection was closed without a reply', hint: `check --url; ${NOT_OURS}` }
  }
  return { sentence: `the axon cannot answer now: ${said}`, hint: 'ask again in a little while' }
}
