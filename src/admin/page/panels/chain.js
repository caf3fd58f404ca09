/** @import { AxonAddress, LiveChain, LiveStatus } from '../../api.js' */
import { Chart } from '../charts/chart.js'
import { byId, redraw } from '../element.js'
import { formatDate, formatSpan, UNKNOWN } from '../format.js'
import { factPairs } from './facts.js'

const ANNOUNCEMENTS = {
  off: 'off',
  announced: 'as it should be',
  waiting: 'waits for the chain',
  failing: 'fails, and is tried again',
  elsewhere: 'the chain shows another address',
}
const STATES = {
  fresh: 'in reach',
  stale: 'out of reach, the last metagraph decides',
  unknown: 'out of reach for too long',
}

/** What the chain says of this miner. */
export class Chain {
  /** @type {Chart<{ readonly at: number, readonly value: number }> | undefined} */
  #incentive

  /** @param {LiveStatus} status */
  update({ chain, at, miner }) {
    byId('chain-panel').hidden = !chain
    if (!chain) return
    redraw(byId('chain'), [...facts(chain, at), ['Network', networkOf(miner)]], factPairs)
    if (chain.incentive.length < 2) return
    this.#incentive ??= new Chart(byId('incentive'), {
      title: 'Incentive',
      format: value => value.toFixed(4),
      formatTick: value => String(Number(value.toPrecision(3))),
      series: [{ label: 'now', colour: 'deep', isFilled: true, value: ({ value }) => value }],
    })
    const { incentive: points } = chain
    this.#incentive.update({ points, gaps: [], stepMs: 0, from: points[0]?.at ?? 0, to: points.at(-1)?.at ?? 1 })
  }

  recolour() {
    this.#incentive?.recolour()
  }
}

/**
 * @param {LiveChain} chain
 * @param {number} now
 * @returns {[string, string][]}
 */
function facts({ state, registered, uid, announced, ours, announcement, metagraphAt, problem }, now) {
  const known = registered === null ? 'not known yet' : registered ? `yes, uid ${uid ?? UNKNOWN}` : 'no'
  return [
    ['Chain', STATES[state]],
    ['Registered', known],
    ['Announcement', ANNOUNCEMENTS[announcement]],
    ['Announces', addressText(ours)],
    ['Chain shows', addressText(announced)],
    ['Metagraph', metagraphAt === null ? 'not read yet' : `${formatSpan(now - metagraphAt)} old`],
    ...(problem
      ? [/** @type {[string, string]} */ (['Problem', `${problem.message} Since ${formatDate(problem.since)}.`])]
      : []),
  ]
}

/** @param {LiveStatus['miner']} miner */
function networkOf({ network, netuid }) {
  return `${network ?? UNKNOWN}, subnet ${netuid ?? UNKNOWN}`
}

/** @param {AxonAddress | null} address */
function addressText(address) {
  if (!address) return 'nothing'
  const { ip } = address
  return ip.includes(':') ? `[${ip}]:${address.port}` : `${ip}:${address.port}`
}
