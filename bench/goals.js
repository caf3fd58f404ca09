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

/** Prints the goals. The program exits with 1 when one is missed. */
export function reportGoals(goals) {
  console.table(goals)
  if (goals.some(({ reached }) => !reached)) process.exitCode = 1
}

/** A value beside its bound. @param relation `<=` or `>=` */
export function goal(what, value, relation, bound) {
  const reached = relation === '>=' ? value >= bound : value <= bound
  return { what, value: Number(value.toPrecision(3)), goal: `${relation} ${bound}`, reached }
}
