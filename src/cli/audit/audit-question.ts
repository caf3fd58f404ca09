import { otherValues } from '../../audit/other-values.js'
import type { AuditQuestion } from '../../audit/question.js'
import type { DialectDefinition } from '../../plugin/dialect.js'
import { toPlain } from '../../wires/json/convert.js'
import { writePythonJson } from '../../wires/json/write.js'
import { UsageError } from '../errors/usage-error.js'
import { chooseSynapse } from '../question/choose-synapse.js'
import { exampleQuestion } from '../question/synapse-question.js'

/** How long bittensor's dendrite waits by default. */
const DEFAULT_MS = 12_000

/** The bytes of a question that an axon of another machine gets some fifty times. */
const MOST_REMOTE_BYTES = 64 * 1024

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

/** Requires that a question is small enough for an axon of another machine. @throws {UsageError} INVALID_VALUE */
export function requireSmall({ fields }: AuditQuestion): void {
  const size = Buffer.byteLength(writePythonJson(fields))
  if (size <= MOST_REMOTE_BYTES) return
  const message = `the question has ${size} bytes, and --remote sends no more than ${MOST_REMOTE_BYTES} in a request`
  throw new UsageError('INVALID_VALUE', message, 'shorten it with --body, or audit the axon on its own machine')
}
