import type { Finding } from './lab.ts'
import type { Entry, Ledger } from './ledger.ts'
import { BadReply, type ParsedReply, repliesOf } from './replies.ts'

type Found = {
  readonly findings: Omit<Finding, 'recipes'>[]
  readonly statuses: readonly number[]
  /** a hash was refused that the oracle computes, too */
  readonly isDoubtful: boolean
}

/**
 * Holds the replies of a connection against what may be: no failure of ours, each 200 for a request that the oracle accepts,
 * each proof accepted once, each reply well-formed.
 *
 * @param received null: the connection was not closed in time
 */
export async function findingsIn(received: Buffer | null, entries: readonly Entry[], ledger: Ledger): Promise<Found> {
  if (received === null) {
    return { findings: [{ kind: 'hang', what: 'the connection was not closed' }], statuses: [], isDoubtful: false }
  }
  const findings: Omit<Finding, 'recipes'>[] = []
  let isDoubtful = false
  let replies: ParsedReply[] = []
  try {
    replies = repliesOf(
      received,
      entries.map(({ request }) => request),
    )
  } catch (error) {
    if (!(error instanceof BadReply)) throw error
    findings.push({ kind: 'reply', what: error.message })
  }
  for (const [at, reply] of replies.entries()) {
    const entry = entries[at]
    if (!EXPECTED.has(reply.status)) findings.push({ kind: 'status', what: `status ${reply.status}: ${bodyOf(reply)}` })
    if (reply.status === 200) findings.push(...(await accepted(entry, ledger)))
    findings.push(...malformed(reply))
    if (entry && reply.status === 400 && bodyOf(reply).includes('Hash mismatch'))
      isDoubtful ||= (await entry.verdict()).refuse === null
  }
  return { findings, statuses: replies.map(({ status }) => status), isDoubtful }
}

/** Those of a request that an axon may refuse. The miners of the target never fail, but a dialect may decline: 501, 502. */
const EXPECTED = new Set([200, 400, 401, 403, 404, 405, 408, 413, 429, 431, 501, 502, 503])

async function accepted(entry: Entry | undefined, ledger: Ledger): Promise<Omit<Finding, 'recipes'>[]> {
  if (!entry) return [{ kind: 'accepted', what: '200 for what is no whole request' }]
  const { refuse, proof, notBeforeMs } = await entry.verdict()
  if (refuse !== null) return [{ kind: 'accepted', what: `200, although ${refuse}` }]
  if (Date.now() < notBeforeMs) return [{ kind: 'accepted', what: '200, although the nonce is far ahead of the clock' }]
  return proof === null || ledger.accept(proof) ? [] : [{ kind: 'twice', what: `200 for ${proof}, a second time` }]
}

/** A validator must be able to read every reply. */
function malformed(reply: ParsedReply): Omit<Finding, 'recipes'>[] {
  const { headers, body, isWhole, status } = reply
  if (!isWhole || body.length === 0 || headers.get('content-type') !== 'application/json') return []
  try {
    // Python's JSON has numbers that JavaScript's lacks, and axons echo them.
    const fields = JSON.parse(String(body).replace(/([:,[])(-?Infinity|NaN)(?=[,\]}])/g, '$1null'))
    const poison = ['timeout', 'dendrite', 'axon', 'completion'].filter(
      name => status === 200 && fields[name] === null && new RegExp(`"${name}":null`).test(String(body)),
    )
    return poison.map(name => ({ kind: 'reply', what: `the reply has a null ${name}` }))
  } catch {
    return [{ kind: 'reply', what: `the reply is not JSON: ${bodyOf(reply)}` }]
  }
}

function bodyOf({ body }: ParsedReply): string {
  return String(body).slice(0, 300)
}
