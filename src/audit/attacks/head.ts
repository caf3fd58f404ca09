import { LOST_HEADERS } from '../../dendrite/explain.js'
import { headerIn } from '../../wires/synapse/read-reply-head.js'
import { type Attack, type AuditFinding, signedRequest } from '../attack.js'
import { notTried, refused, replyText, UNVERIFIED } from '../judge.js'
import { strangerKey } from '../stranger-key.js'
import type { AuditReply } from '../wire/audit-client.js'
import { type CraftedRequest, withHeader } from '../wire/craft.js'

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
    needs: signedRequest,
    run(audit) {
      const { address } = strangerKey()
      return refused(audit, [doubled(audit.craft(), address, 'after'), doubled(audit.craft(), address, 'before')])
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
    async run(audit) {
      const { good } = audit
      if (LOST_HEADERS.test(good.message))
        return { verdict: 'fell', found: `the headers do not arrive: ${good.message}` }
      // The SDK's axon fails with 500 where it finds none of its headers.
      const finding = await refused(audit, [hyphenated(audit.craft())], [...UNVERIFIED, 500])
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
    needs: signedRequest,
    async run({ craft, client, caller: { address } }) {
      const { sign } = strangerKey()
      return judgeSignature(await client.send(craft({ signer: { address, sign } })))
    },
  },
]

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

/** Judges the head of a refusal: only one that the axon wrote shows that it signs none. */
export function judgeSignature(reply: AuditReply): AuditFinding {
  const { status, rawHeaders } = reply
  if (headerIn(rawHeaders, OWN_SIGNATURE))
    return { verdict: 'fell', found: `its reply, ${status}, has the header ${OWN_SIGNATURE}` }
  const isOfAxon = rawHeaders.some((name, at) => at % 2 === 0 && name.toLowerCase().startsWith('bt_header_axon_'))
  if (status !== null && UNVERIFIED.includes(status) && isOfAxon)
    return { verdict: 'held', found: `its reply, ${status}, has no signature` }
  return notTried(isOfAxon ? replyText(reply) : `no axon wrote the head of the reply: ${replyText(reply)}`, reply)
}
