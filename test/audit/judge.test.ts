import assert from 'node:assert/strict'
import { judgeSignature } from '#dist/audit/attacks/head.js'
import { judgeLockOut } from '#dist/audit/attacks/load.js'
import { judgeNested, judgeOverfilled } from '#dist/audit/attacks/size.js'
import { judgeDrip } from '#dist/audit/attacks/slowness.js'
import { ALTERED, judgeGood, judgeRefusal, notAnswered, UNVERIFIED } from '#dist/audit/judge.js'
import type { AuditReply } from '#dist/audit/wire/audit-client.js'
import type { SocketEnd } from '#dist/audit/wire/audit-socket.js'

/** What a request may get. */
const replies = {
  ...Object.fromEntries(
    [200, 302, 400, 401, 403, 404, 408, 413, 422, 429, 500, 501, 502, 503, 504].map(status => [
      status,
      { status, isWhole: true },
    ]),
  ),
  cut: { status: 200, isWhole: false },
  ...Object.fromEntries(
    (['closed', 'silent', 'unreachable', 'unreadable'] as const).map(end => [
      end,
      { status: null, isWhole: false, end },
    ]),
  ),
} as Readonly<Record<string, Pick<AuditReply, 'status' | 'isWhole' | 'end'>>>

function reply(kind: string | number, rawHeaders: readonly string[] = []): AuditReply {
  return { message: '', json: null, ms: 5, rawHeaders, ...replies[kind]! }
}

/** Judges every reply. @returns those that are held and that fell; all others are not tried */
function judged(judge: (reply: AuditReply) => { readonly verdict: string }) {
  const of = (verdict: string) => Object.keys(replies).filter(kind => judge(reply(kind)).verdict === verdict)
  const known = [...of('held'), ...of('fell'), ...of('not tried')]
  assert.equal(known.length, Object.keys(replies).length)
  return { held: of('held'), fell: of('fell') }
}

describe('the judgement of an audit', () => {
  it('takes for a refusal only what can come from the check that was attacked', () => {
    const fell = ['200', 'cut']
    assert.deepEqual(
      judged(one => judgeRefusal(one, UNVERIFIED)),
      { held: ['400', '401', 'closed'], fell },
    )
    assert.deepEqual(
      judged(one => judgeRefusal(one, ALTERED)),
      { held: ['400', '500', 'closed'], fell },
    )
  })

  it('takes a good caller for shut out only when the axon has no room for it', () => {
    assert.deepEqual(
      judged(one => judgeGood([reply(200), one], 'during it')),
      { held: ['200'], fell: ['408', '503', '504', 'cut', 'closed', 'silent', 'unreachable'] },
    )
  })

  it('takes a caller for locked out only when it is refused twice as one that is known', () => {
    assert.deepEqual(
      judged(one => judgeLockOut(one, one, false)),
      { held: ['200'], fell: ['401', '403'] },
    )
    assert.deepEqual(
      judged(one => judgeLockOut(one, reply(200), false)),
      { held: Object.keys(replies), fell: [] },
    )
    assert.deepEqual(
      judged(one => judgeLockOut(one, reply(429), true)),
      { held: [], fell: Object.keys(replies) },
    )
    assert.equal(judgeLockOut(reply(503), reply(401), false).verdict, 'not tried')
  })

  it('knows that an attack which begins with a good request needs a whole answer', () => {
    assert.deepEqual(
      Object.keys(replies).filter(kind => notAnswered(reply(kind)) === null),
      ['200'],
    )
    assert.equal(notAnswered(reply(429))?.stoppedBy, 'rate')
  })

  it('believes that an axon signs nothing only where the axon refused', () => {
    const axon = ['BT_Header_Axon_Hotkey', '5Bob']
    const verdicts = (rawHeaders: readonly string[]) =>
      judged(({ status, isWhole, end }) =>
        judgeSignature({ ...reply(200, rawHeaders), status, isWhole, ...(end && { end }) }),
      )
    assert.deepEqual(verdicts(axon), { held: ['400', '401'], fell: [] })
    assert.deepEqual(verdicts([]), { held: [], fell: [] })
    assert.deepEqual(verdicts([...axon, 'bt_header_axon_signature', '0x00']).held, [])
    assert.equal(judgeSignature(reply(401, [...axon, 'bt_header_axon_signature', '0x00'])).verdict, 'fell')
  })

  it('takes for a limit of time only a time-out, or a close of that connection alone', () => {
    const ends: readonly SocketEnd[] = ['silent', 'closed', 200, 302, 400, 408, 413, 429, 500, 502, 503, 504]
    const of = (verdict: string, isAlive: boolean) => ends.filter(end => judgeDrip(end, isAlive).verdict === verdict)
    assert.deepEqual([of('held', true), of('fell', true)], [['closed', 400, 408], ['silent']])
    assert.deepEqual([of('held', false), of('fell', false)], [[400, 408], ['silent']])
  })

  it('takes for a limit of size only what ends the body, while the axon lives', () => {
    const ends: readonly SocketEnd[] = ['silent', 'closed', 200, 302, 400, 401, 408, 413, 429, 500, 502, 503, 504]
    const of = (verdict: string, more: { isAll: boolean; isAlive: boolean }) =>
      ends.filter(end => judgeOverfilled({ end, ...more }).verdict === verdict)
    const part = { isAll: false, isAlive: true }
    assert.deepEqual([of('held', part), of('fell', part)], [['silent', 'closed', 400, 413], []])
    assert.deepEqual(of('held', { isAll: false, isAlive: false }), [400, 413])
    const all = { isAll: true, isAlive: true }
    assert.deepEqual(
      [of('held', all), of('fell', all)],
      [
        ['closed', 400, 413],
        ['silent', 408],
      ],
    )
  })

  it('takes a nested body for a fall when the axon answers it, or nothing after it', () => {
    assert.deepEqual(
      judged(one => judgeNested(one, reply(200))),
      { held: ['400', '413', '422', '500'], fell: ['200', 'cut'] },
    )
    assert.deepEqual(
      judged(one => judgeNested(one, reply('unreachable'))),
      { held: [], fell: Object.keys(replies).filter(kind => kind !== 'unreachable') },
    )
    assert.equal(judgeNested(reply(413), reply(503)).verdict, 'not tried')
  })
})
