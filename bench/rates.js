import { serveWithoutChain } from './chain-servers.js'
import { dataFolder } from './contestants.js'
import { callers } from './requests.js'
import { besideEachOther } from './turns.js'

/** Measures `miner serve` over 32 connections with a rate for each of 64 callers, beside the same without rates. */
export function ratesUnderLoad(env) {
  const rates = JSON.stringify(Object.fromEntries(callers.map(({ address }) => [address, '1000000/s'])))
  const start = more => () => serveWithoutChain({ ...env, ...dataFolder(), ...more })
  return besideEachOther({ 'no rates': start({}), '64 rates': start({ MINER_POLICY_RATES: rates }) })
}
