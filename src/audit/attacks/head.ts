import { type Attack, judgeRefusal, worstOf } from '../attack.js'
import { type CraftedRequest, withHeader } from '../wire/craft.js'
import { strangerKey } from './proof.js'

// Attacks on the way from the network to the check: headers that are doubled, lost or renamed.

const HOTKEY = 'bt_header_dendrite_hotkey'
const OWN_SIGNATURE = 'bt_header_axon_signature'

export const headAttacks: readonly Attack[] = [
  {
    id: 'duplicate-headers',
    title: 'duplicate headers',
    sends:
      "Two requests signed by the caller that name two hotkeys: the caller's first, then last. The axon has to refuse both, because nothing tells which is meant.",
    meaning:
      'the axon picks one of two names, and a proxy, a rate or a list before it may pick the other: one caller passes as another',
    mend: 'refuse a request in which a header of the wire comes twice',
    needs: { caller: true, signed: true },
    async run({ craft, client }) {
      const stranger = strangerKey().address
      const last = judgeRefusal(await client.send(doubled(craft(), stranger, 'after')))
      const first = judgeRefusal(await client.send(doubled(craft(), stranger, 'before')))
      return worstOf([last, first])
    },
  },
  {
    id: 'header-stripping',
    title: 'header stripping by a proxy',
    sends:
      'A good request, to see whether its headers arrive, and one whose headers have hyphens in place of underscores, as some proxies write them. The first has to arrive, and the second to be refused.',
    meaning:
      'a proxy in front of the axon drops headers with an underscore in the name, so no validator gets an answer; or headers of another name count as those of the wire, and pass a proxy that filters them',
    mend: 'let the proxy keep the headers (nginx: underscores_in_headers on), and read only names with underscores',
    needs: { signed: true },
    async run({ craft, client, good }) {
      if (LOST.test(good.message)) return { verdict: 'fell', found: `the headers do not arrive: ${good.message}` }
      const finding = judgeRefusal(await client.send(hyphenated(craft())))
      return { ...finding, found: `with underscores ${good.status}, with hyphens ${finding.found}` }
    },
  },
  {
    id: 'signing-oracle',
    title: 'signature for a stranger',
    sends:
      'A request that is signed by another key than it names. The refusal must have no signature of the axon in its head.',
    meaning:
      "the axon signs with the miner's hotkey what anyone sends it, two texts of which the caller chooses, before it checks the caller",
    mend: 'sign nothing before the caller is proven; no dendrite reads this signature',
    needs: { caller: true, signed: true },
    async run({ craft, client, caller: { address } }) {
      const { sign } = strangerKey()
      const { status, rawHeaders } = await client.send(craft({ signer: { address, sign } }))
      return signedBy(rawHeaders)
        ? { verdict: 'fell', found: `its reply, ${status}, has the header ${OWN_SIGNATURE}` }
        : { verdict: 'held', found: `its reply, ${status}, has no signature` }
    },
  },
]

/** How an axon complains whose request lost its headers; the last is the SDK's. */
export const LOST = /No SS58 formatted address|Missing (Nonce|Signature)|Could not parse headers/

function doubled(request: CraftedRequest, hotkey: string, where: 'before' | 'after'): CraftedRequest {
  const known = request.headers.filter(([name]) => name === HOTKEY)
  const rest = withHeader(request, HOTKEY, null)
  const second = [HOTKEY, hotkey] as const
  return { ...rest, headers: [...rest.headers, ...(where === 'after' ? [...known, second] : [second, ...known])] }
}

function hyphenated(request: CraftedRequest): CraftedRequest {
  const headers = request.headers.map(
    ([name, value]) => [name.startsWith('bt_header_') ? name.replaceAll('_', '-') : name, value] as const,
  )
  return { ...request, headers }
}

function signedBy(rawHeaders: readonly string[]): boolean {
  return rawHeaders.some(
    (name, at) => at % 2 === 0 && name.toLowerCase() === OWN_SIGNATURE && rawHeaders[at + 1] !== '',
  )
}
