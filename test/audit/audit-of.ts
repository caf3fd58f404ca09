import type { AuditLimits } from '#dist/audit/attack.js'
import { type AuditReport, auditAxon } from '#dist/audit/audit-axon.js'
import { otherValues } from '#dist/audit/other-values.js'
import type { AuditQuestion } from '#dist/audit/question.js'
import { fieldsOf } from '#dist/wires/json/convert.js'
import { alice, bob } from '../support/signed-request.ts'
import { FORGOTTEN_MS, type PlainAxon } from './plain-axon.ts'

const fields = fieldsOf({ roles: ['user'], messages: ['What is TAO?'], completion: '' })
/** A question that any axon of these tests answers. */
export const question: AuditQuestion = {
  synapse: 'Prompting',
  fields,
  required: ['roles', 'messages'],
  hashed: ['messages'],
  others: otherValues(fields, () => true),
  isSigned: true,
  timeoutMs: 12_000,
}

/** Limits of an audit that takes seconds. */
export const limits: AuditLimits = {
  pauseMs: 3 * FORGOTTEN_MS,
  slowMs: 8_000,
  replyMs: 10_000,
  connections: 60,
  flood: { requests: 500, perSecond: 500, goodRequests: 3, everyMs: 200 },
}

type Target = { readonly target: PlainAxon['target'] }

/** Audits an axon of //Bob, as //Alice. */
export function audit(
  { target }: Target,
  options: Partial<Parameters<typeof auditAxon>[0]> = {},
): Promise<AuditReport> {
  const { signal } = new AbortController()
  return auditAxon({
    target,
    receiver: bob.address,
    caller: alice,
    question,
    isRemote: false,
    limits,
    signal,
    ...options,
  })
}

/** Returns the attacks with a verdict. */
export const idsOf = ({ rows }: AuditReport, verdict: string) =>
  rows.filter(row => row.verdict === verdict).map(({ id }) => id)
