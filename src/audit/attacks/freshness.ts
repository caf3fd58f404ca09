import { type Attack, signedRequest as needs } from '../attack.js'
import { notAnswered, refused } from '../judge.js'
import { pause } from '../pause.js'
import { withHeader } from '../wire/craft.js'

// Attacks with requests that were good once, or will be.

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

const window = 'take a nonce only from 4 s before now, and as long as the time-out allows, to 4 s after'

export const freshnessAttacks: readonly Attack[] = [
  {
    id: 'stale',
    title: 'stale nonce',
    sends: 'A request signed half a minute longer ago than its time-out allows. The axon has to refuse it.',
    meaning: 'requests that were recorded on the way can be sent again later, even after a restart',
    mend: window,
    needs,
    run: audit => refused(audit, [audit.craft({ ageMs: audit.question.timeoutMs + MINUTE_MS / 2 })]),
  },
  {
    id: 'future',
    title: 'nonce of the future',
    sends: 'A request signed an hour ahead of the clock. The axon has to refuse it.',
    meaning:
      'a request can be made now and sent later, and a nonce far ahead shuts out the dendrite that it names until its time comes',
    mend: window,
    needs,
    run: audit => refused(audit, [audit.craft({ ageMs: -HOUR_MS })]),
  },
  {
    id: 'replay',
    title: 'replay',
    sends: 'A good request, and at once the same bytes again. The axon has to refuse the second.',
    meaning: "a machine that sees a validator's request on the way gets answers in its name, at your cost",
    mend: 'remember each nonce as long as it is fresh, and refuse it the second time',
    needs,
    async run(audit) {
      const request = audit.craft()
      return notAnswered(await audit.client.send(request)) ?? (await refused(audit, [request]))
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
    async run(audit) {
      const request = audit.craft({ timeoutSeconds: 60 })
      const found = notAnswered(await audit.client.send(request))
      if (found) return found
      await pause(audit.limits.pauseMs, audit.signal)
      return await refused(audit, [request])
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
    run(audit) {
      const old = () => audit.craft({ ageMs: 5 * MINUTE_MS, timeoutSeconds: 3600 })
      return refused(audit, [old(), withHeader(old(), 'timeout', 'inf')])
    },
  },
  {
    id: 'version-downgrade',
    title: 'version downgrade',
    sends:
      'A request signed two hours ago that names the version of an SDK before 7.2, whose nonces were no times: no signature covers the version. The axon has to refuse it.',
    meaning: 'anyone who recorded a request turns the check of its age off',
    mend: 'check the age of a nonce whatever version the head names',
    needs,
    run: audit =>
      refused(audit, [withHeader(audit.craft({ ageMs: 2 * HOUR_MS }), 'bt_header_dendrite_version', '7001999')]),
  },
]
