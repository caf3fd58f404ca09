import { otherValues } from '../../audit/other-values.js'
import type { AuditQuestion } from '../../audit/question.js'
import type { DialectDefinition } from '../../plugin/dialect.js'
import { toPlain } from '../../wires/json/convert.js'
import { chooseSynapse } from '../question/choose-synapse.js'
import { exampleQuestion } from '../question/synapse-question.js'

/** How long bittensor's dendrite waits by default. */
const DEFAULT_MS = 12_000

type Typed = {
  readonly synapse?: string | undefined
  readonly body?: string | undefined
  readonly timeoutMs?: number | undefined
}

/**
 * Makes the good request of an audit: the example of a synapse, with the fields of `body` over it. By default of the first
 * synapse whose requests are signed.
 *
 * @throws {UsageError} UNKNOWN_SYNAPSE · BODY_MALFORMED …
 */
export async function auditQuestion(
  dialect: DialectDefinition,
  { synapse, body, timeoutMs }: Typed,
): Promise<AuditQuestion> {
  const firstSigned = Object.entries(dialect.synapses).find(([, { auth }]) => auth !== 'none')?.[0]
  const chosen = chooseSynapse(dialect, { synapse: synapse ?? firstSigned, stream: false })
  const { fields, required, hashed } = await exampleQuestion(chosen, body)
  const { route } = chosen
  return {
    synapse: chosen.name,
    fields,
    required,
    hashed,
    others: otherValues(fields, other => route.body.safeParse(toPlain(other)).success),
    isSigned: route.auth !== 'none',
    timeoutMs: timeoutMs ?? route.timeout ?? DEFAULT_MS,
  }
}
