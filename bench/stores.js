import { serveWithoutChain } from './chain-servers.js'
import { dataFolder } from './contestants.js'
import { besideEachOther } from './turns.js'

/** Measures `miner serve` over 32 connections with its spent nonces on disk, beside one with them in memory. */
export function stores(env) {
  const start = store => () => serveWithoutChain({ ...env, ...dataFolder(), MINER_AXON_STORE: store })
  return besideEachOther({ memory: start('memory'), disk: start('disk') })
}
