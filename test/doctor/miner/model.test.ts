import assert from 'node:assert/strict'
import { checkPlugins } from '#dist/doctor/miner/plugins.js'
import { checkRefusals } from '#dist/doctor/miner/refusals.js'
import { checkSlots } from '#dist/doctor/miner/slots.js'
import { checkSources } from '#dist/doctor/miner/sources.js'
import { type AnswerTime, checkSpeed, guessSpeed } from '#dist/doctor/miner/speed.js'
import { discover } from '#dist/plugin/load/discover.js'
import type { Check } from '#dist/plugin/miner.js'

const fine: Check = { name: 'main', findings: { reachable: true, firstToken: 99.6, total: 812 } }
const dead: Check = {
  name: 'local',
  findings: { reachable: false },
  problem: { code: 'MODEL_UNREACHABLE', message: 'nobody answers there', hint: 'start it' },
}
const ask = 'miner doctor --ask --model m'
const brief = (found: readonly { verdict: string; code?: string }[]) =>
  found.map(({ verdict, code }) => (code === undefined ? verdict : `${verdict} ${code}`))

describe('the checks of sources of answers', () => {
  it('tell how fast a source answers', () => {
    assert.equal(checkSources([fine])[0]!.message, 'main answers: first token after 100 ms, done after 812 ms')
  })

  it('call a source that fails a warning while another works, and a fault when none does', () => {
    assert.deepEqual(brief(checkSources([fine, dead])), ['ok', 'warning MODEL_UNREACHABLE'])
    assert.deepEqual(brief(checkSources([dead])), ['fault MODEL_UNREACHABLE'])
    const [found] = checkSources([dead])
    assert.deepEqual([found!.message, found!.hint], ['local: nobody answers there', 'start it'])
  })

  it('pass on what a source refuses, as a warning', () => {
    const noted = { ...fine, notes: ['m refuses top_p, so it is not sent'] }
    assert.deepEqual(brief(checkSources([noted])), ['ok', 'warning SOURCE_NOTE'])
  })

  it('hold --concurrency against the slots of the servers', () => {
    const few = { ...fine, concurrency: 4 }
    const [found] = checkSlots([few], 16)
    assert.deepEqual([found!.verdict, found!.code], ['warning', 'SLOTS_FEW'])
    assert.equal(found!.hint, '--concurrency 4, or start the server with more slots')
    assert.deepEqual(brief(checkSlots([few], 4)), ['ok'])
    assert.deepEqual(brief(checkSlots([fine], 16)), ['unknown'])
    assert.deepEqual(checkSlots([dead], 16), [])
  })
})

describe('the check of the speed', () => {
  const deadline: AnswerTime = { ms: 10_000, of: 'prompting Prompting', cuts: true }
  const never: AnswerTime = { ...deadline, cuts: false }

  it('goes by a whole answer, if one was asked for', () => {
    const verdictOf = (firstMs: number | null, ms: number, isWhole: boolean, time = deadline) =>
      brief([checkSpeed({ firstMs, ms, isWhole }, time)])[0]
    assert.equal(verdictOf(500, 4_000, true), 'ok')
    assert.equal(verdictOf(500, 14_000, true), 'warning ANSWER_CUT')
    assert.equal(verdictOf(500, 40_000, false), 'warning ANSWER_CUT')
    assert.equal(verdictOf(500, 14_000, true, never), 'fault ANSWER_LATE')
    assert.equal(verdictOf(12_000, 14_000, true), 'fault ANSWER_LATE')
    assert.equal(verdictOf(null, 40_000, false), 'fault ANSWER_LATE')
  })

  it('goes by the last hour of a miner that runs', () => {
    const found = (late: number, answered: number, cut = 0) =>
      guessSpeed({ late: { by: 'its file', late, cut, answered }, checks: [fine], ask }, deadline)
    const late = (...counts: Parameters<typeof found>) => brief([found(...counts)])
    assert.deepEqual(late(3, 97), ['warning ANSWER_LATE'])
    assert.deepEqual(late(3, 0), ['fault ANSWER_LATE'])
    assert.deepEqual(late(0, 97, 40), ['warning ANSWER_CUT'])
    assert.equal(found(0, 97, 40).message, '40 of the 97 answers of the last hour were cut at the deadline')
    assert.equal(
      found(3, 97, 40).message,
      '3 answers of the last hour came too late, and 97 in time, of which 40 were cut at the deadline',
    )
    assert.deepEqual(late(0, 97), ['unknown'])
  })

  it('goes by a tiny answer that is too slow already, and is otherwise unknown', () => {
    const slow = { ...fine, findings: { total: 11_000 } }
    assert.deepEqual(brief([guessSpeed({ late: null, checks: [slow], ask }, deadline)]), ['fault ANSWER_LATE'])
    assert.deepEqual(brief([guessSpeed({ late: null, checks: [slow, fine], ask }, deadline)]), ['unknown'])
    const { hint } = guessSpeed({ late: null, checks: [], ask }, deadline)
    assert.equal(hint, ask)
  })
})

describe('the refusals of the last hour', () => {
  const hour = (...reasons: readonly { code: string; reason: string; count: number; strangers?: number }[]) => {
    const counts = reasons.map(one => ({ strangers: 0, ...one }))
    return checkRefusals({ by: 'its file', dialect: 'prompting', answered: 90, reasons: counts })
  }
  const unknown = (name: string) => ({
    code: 'UNKNOWN_SYNAPSE',
    reason: `Synapse name '${name}' not found. Available synapses ['Prompting']`,
    count: 7,
    strangers: 7,
  })

  it('tell that another dialect may be asked for, which anyone may do', () => {
    const [found] = hour(unknown('ScoreCard'))
    assert.equal(found!.verdict, 'unknown')
    assert.match(
      found!.message,
      /^7 requests of the last hour asked for ScoreCard, which the dialect prompting does not have; no signature tells /,
    )
  })

  it('tell nothing where strangers were refused', () => {
    for (const code of ['QUEUE_FULL', 'DEADLINE_TOO_NEAR', 'OVERLOADED', 'RATE_EXCEEDED'])
      assert.deepEqual(hour({ code, reason: 'Too many requests', count: 35, strangers: 30 }), [], code)
  })

  it('tell nothing where a scanner asked for files', () => {
    assert.deepEqual(hour(unknown('wp-login.php'), unknown('')), [])
  })

  it('tell that there are too few places, if they are many', () => {
    const full = (count: number) => hour({ code: 'QUEUE_FULL', reason: 'Too many requests are waiting', count })
    assert.deepEqual(brief(full(9)), [])
    assert.deepEqual(brief(full(30)), ['warning PLACES_FEW'])
  })

  it('tell that the rates are too low, if they refuse many', () => {
    const limited = (count: number) => hour({ code: 'RATE_EXCEEDED', reason: 'Too many requests: at most 1/s', count })
    assert.deepEqual(brief(limited(9)), [])
    assert.deepEqual(brief(limited(30)), ['warning RATE_LOW'])
  })
})

describe('the check of plugins', () => {
  const contract = { version: 2, oldest: 1 }
  const plugin = (name: string, oclif: object) => ({
    name,
    version: '1.0.0',
    root: '/nowhere',
    type: 'user',
    pjson: { oclif },
  })
  const declared = (oclif: object) => discover([plugin('miner-shout', oclif)], { allow: null, isTaken: () => false })

  it('is content without any', () => {
    assert.deepEqual(brief(checkPlugins([], { contract, inUse: [] })), ['ok'])
  })

  it('warns of a miner that is written for a later contract; in use it is a fault', () => {
    const later = declared({ contract: 3, miners: { shout: './index.js' } })
    const [found] = checkPlugins(later, { contract, inUse: [] })
    assert.deepEqual([found!.verdict, found!.code], ['warning', 'PLUGIN_BAD'])
    assert.match(
      found!.message,
      /^the miner shout of miner-shout@1\.0\.0 is written for version 3 of the plugin contract/,
    )
    assert.deepEqual(brief(checkPlugins(later, { contract, inUse: later })), ['fault PLUGIN_BAD'])
  })

  it('warns of one that does not say for which contract it is written', () => {
    const [one] = declared({ miners: { shout: './index.js' } })
    const { problem: _problem, ...usable } = one!
    assert.deepEqual(brief(checkPlugins([usable], { contract, inUse: [] })), ['warning PLUGIN_NO_CONTRACT'])
    assert.deepEqual(brief(checkPlugins([{ ...usable, noContract: false }], { contract, inUse: [] })), ['ok'])
  })
})
