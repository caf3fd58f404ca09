import { setTimeout } from 'node:timers/promises'
import { type Attack, type AuditFinding, judgeRefusal, replyText, worstOf } from '../attack.js'
import type { AuditReply } from '../wire/audit-client.js'
import { withHeader } from '../wire/craft.js'

// Attacks with requests that were good once, or will be.

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

const needs = { caller: true, signed: true } as const
const window = 'take a nonce only from 4 s before now, and as long as the time-out allows, to 4 s after'

export const freshnessAttacks: readonly Attack[] = [
  {
    id: 'stale',
    title: 'stale nonce',
    sends: 'A request signed half a minute longer ago than its time-out allows. The axon has to refuse it.',
    meaning: 'requests that were recorded on the way can be sent again later, even after a restart',
    mend: window,
    needs,
    run: async ({ craft, client, question }) =>
      judgeRefusal(await client.send(craft({ ageMs: question.timeoutMs + MINUTE_MS / 2 }))),
  },
  {
    id: 'future',
    title: 'nonce of the future',
    sends: 'A request signed an hour ahead of the clock. The axon has to refuse it.',
    meaning:
      'a request can be made now and sent later, and a nonce far ahead shuts out the dendrite that it names until its time comes',
    mend: window,
    needs,
    run: async ({ craft, client }) => judgeRefusal(await client.send(craft({ ageMs: -HOUR_MS }))),
  },
  {
    id: 'replay',
    title: 'replay',
    sends: 'A good request, and at once the same bytes again. The axon has to refuse the second.',
    meaning: "a machine that sees a validator's request on the way gets answers in its name, at your cost",
    mend: 'remember each nonce as long as it is fresh, and refuse it the second time',
    needs,
    async run({ craft, client }) {
      const request = craft()
      const first = await client.send(request)
      return notAnswered(first) ?? judgeRefusal(await client.send(request))
    },
  },
  {
    id: 'late-replay',
    title: 'replay after a pause',
    sends:
      'A good request that names a time-out of a minute, and the same bytes again after a pause, when a memory of nonces that keeps them for a shorter time has dropped it. The axon has to refuse the second.',
    meaning: 'a request that was recorded works again once the axon has forgotten it',
    mend: 'remember each nonce until the longest time-out that a caller may claim is over',
    needs,
    when: 'alongside',
    async run({ craft, client, limits, signal }) {
      const request = craft({ timeoutSeconds: 60 })
      const first = await client.send(request)
      const found = notAnswered(first)
      if (found) return found
      await setTimeout(limits.pauseMs, undefined, { signal })
      return judgeRefusal(await client.send(request))
    },
  },
  {
    id: 'timeout-stretching',
    title: 'timeout stretching',
    sends:
      'Requests signed five minutes ago, whose time-outs are an hour, and infinite: no signature covers the time-out. The axon has to refuse both.',
    meaning: 'anyone who recorded a request makes it fresh again, however long ago that was',
    mend: 'limit what a time-out adds to the freshness of a nonce, to a minute for example',
    needs,
    async run({ craft, client }) {
      const old = { ageMs: 5 * MINUTE_MS, timeoutSeconds: 3600 }
      const long = judgeRefusal(await client.send(craft(old)))
      const infinite = judgeRefusal(await client.send(withHeader(craft(old), 'timeout', 'inf')))
      return worstOf([long, infinite])
    },
  },
  {
    id: 'version-downgrade',
    title: 'version downgrade',
    sends:
      'A request signed an hour ago that names the version of an SDK before 7.2, whose nonces were no times: no signature covers the version. The axon has to refuse it.',
    meaning: 'anyone who recorded a request turns the check of its age off',
    mend: 'check the age of a nonce whatever version the head names',
    needs,
    run: async ({ craft, client }) =>
      judgeRefusal(await client.send(withHeader(craft({ ageMs: HOUR_MS }), 'bt_header_dendrite_version', '7001999'))),
  },
]

/** Returns why an attack cannot go on whose first request, a good one, got no answer. */
export function notAnswered(reply: AuditReply): AuditFinding | null {
  if (reply.status === 200) return null
  return { verdict: 'not tried', found: `the good request before it: ${replyText(reply)}` }
}
