import { serveWithoutChain } from './chain-servers.js'
import { medians, ratios, turn } from './turns.js'

const ROUNDS = 21

/**
 * Measures what sharing the places costs: `miner serve` over 32 connections and two places, so that most requests
 * wait, beside the same program with places in the order of arrival (first-come.js).
 *
 * @returns `turns`: the medians of each; `shared`: the medians of the ratios to the turn before
 */
export async function queue(env) {
  const more = ['--concurrency', '2', '--queue', '64']
  const plain = await serveWithoutChain(env, { node: ['--import', './bench/first-come.js'], more })
  const fair = await serveWithoutChain(env, { more })
  const turns = { 'first come': [], 'by shares': [] }
  try {
    for (let round = -2; round < ROUNDS; round++) {
      // In turns of both orders: the second one finds the machine as the first has left it.
      const isFairFirst = round % 2 === 0
      const first = await turn(isFairFirst ? fair : plain)
      const second = await turn(isFairFirst ? plain : fair)
      if (round < 0) continue // warms up the compilers
      turns['first come'].push(isFairFirst ? second : first)
      turns['by shares'].push(isFairFirst ? first : second)
    }
  } finally {
    await plain.stop()
    await fair.stop()
  }
  const [base, shared] = Object.values(turns)
  return { turns: { 'first come': medians(base), 'by shares': medians(shared) }, shared: ratios(shared, base) }
}
