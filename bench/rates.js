import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { serveWithoutChain } from './chain-servers.js'
import { callers } from './requests.js'
import { medians, ratios, turn } from './turns.js'

const ROUNDS = 21

/**
 * Measures `miner serve` over 32 connections with a rate for each of 64 callers, beside the same without rates. The two
 * alternate in short turns, so that a slow moment of the machine affects both.
 *
 * @returns `turns`: the medians by name; `cost`: the medians of the ratios of requests a second and of processor time
 */
export async function ratesUnderLoad(env) {
  const rates = JSON.stringify(Object.fromEntries(callers.map(({ address }) => [address, '1000000/s'])))
  const plain = await serveWithoutChain(env)
  // A folder of its own: one hotkey is served once from a folder.
  const rated = await serveWithoutChain({
    ...env,
    MINER_DATA_DIR: join(env.MINER_DATA_DIR, 'rated'),
    MINER_POLICY_RATES: rates,
  })
  const turns = { 'no rates': [], '64 rates': [] }
  try {
    await sleep(5000) // until 4 s after its start, an axon whose store of nonces is new refuses
    for (let round = -2; round < ROUNDS; round++) {
      const results = [await turn(plain), await turn(rated)]
      if (round < 0) continue // warms up the compilers
      for (const [at, result] of results.entries()) Object.values(turns)[at].push(result)
    }
  } finally {
    await plain.stop()
    await rated.stop()
  }
  return {
    turns: Object.fromEntries(Object.entries(turns).map(([name, runs]) => [name, medians(runs)])),
    cost: ratios(turns['64 rates'], turns['no rates']),
  }
}
