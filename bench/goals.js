import { compared } from './axons.js'
import { floor, newFloor, ours, sdks, taowire } from './contestants.js'
import { shown } from './spread.js'

/** What the axon should do beside the other servers that were measured. */
export function axonGoals(results) {
  const of = (base, pick) => compared(results, ours.name, base.name, pick)
  const perSecond = ({ many }) => many.perSecond
  const others = [
    { base: sdks[0], bound: 9 },
    { base: sdks[1], bound: 12 },
    { base: taowire, bound: 5 },
  ].filter(({ base }) => base.name in results)
  return [
    goal(`requests a second at 32 connections, of ${floor.name}`, of(floor, perSecond), '>=', 1.3),
    goal(`requests a second at 32 connections, of ${newFloor.name}`, of(newFloor, perSecond), '>=', 0.7),
    goal(
      `p50 at 1 connection, of ${floor.name}`,
      of(floor, ({ one }) => one.p50),
      '<=',
      1.5,
    ),
    goal(
      `p99 at 1 connection, of ${floor.name}`,
      of(floor, ({ one }) => one.p99),
      '<=',
      2,
    ),
    ...others.map(({ base, bound }) =>
      goal(`times the requests a second of ${base.name}`, of(base, perSecond), '>=', bound),
    ),
  ]
}

/** What ten plugins may add to the start of each command. */
export function pluginGoals(plugged) {
  return Object.entries(plugged).map(([name, { none, ten }]) =>
    goal(`ms more for ${name} with 10 plugins installed`, ten - none, '<=', 15),
  )
}

/** What the nonces on disk may cost. */
export function storeGoals({ perSecond, processor }) {
  return [
    goal('requests a second with the nonces on disk, of those with them in memory', perSecond, '>=', 0.95),
    goal('processor time of a request with the nonces on disk, likewise', processor, '<=', 1.05),
  ]
}

/** What the axon may add to the streams of a model. */
export function streamGoals({ firstMsP50, firstMsP99, usAPiece, usBehind, kBAStream, atOnce, damaged }) {
  return [
    goal('ms more to the first token at 1 connection, p50', firstMsP50.axon - firstMsP50.bare, '<=', 3),
    goal('ms more to the first token at 1 connection, p99', firstMsP99.axon - firstMsP99.bare, '<=', 3),
    goal('ms more for each piece of a fast stream', (usAPiece.axon - usAPiece.bare) / 1000, '<=', 0.1),
    goal('ms more until a piece of a slow stream is there, p50', (usBehind.axon - usBehind.bare) / 1000, '<=', 1),
    goal(`streams that lost a byte, of ${atOnce} at once`, damaged, '<=', 0),
    goal(`kB held for each of ${atOnce} open streams`, kBAStream, '<=', 200),
  ]
}

/** Prints the goals. The program exits with 1 when one is missed, or not shown. */
export function reportGoals(goals) {
  console.table(goals)
  if (goals.some(({ verdict }) => verdict !== 'met')) process.exitCode = 1
}

/**
 * A value beside its bound. Where it has a spread, the goal is met or missed when all of that is; otherwise the run does
 * not show it.
 *
 * @param value a number, or one with its spread: `value`, `low` and `high`
 * @param relation `<=` or `>=`
 */
export function goal(what, value, relation, bound) {
  const measured = typeof value === 'number' ? { value, low: value, high: value } : value
  const reached = [measured.value, measured.low, measured.high].map(number =>
    relation === '>=' ? number >= bound : number <= bound,
  )
  const verdict = reached.every(Boolean) ? 'met' : reached.some(Boolean) ? 'not shown' : 'missed'
  return { what, value: shown(measured), goal: `${relation} ${bound}`, verdict }
}
