import { serveWithoutChain } from './chain-servers.js'
import { dataFolder } from './contestants.js'
import { besideEachOther } from './turns.js'

/**
 * Measures what sharing the places costs: `miner serve` over 32 connections and two places, so that most requests
 * wait, beside the same program with places in the order of arrival (first-come.js).
 */
export function queue(env) {
  const more = ['--concurrency', '2', '--queue', '64']
  const start = node => () => serveWithoutChain({ ...env, ...dataFolder() }, { node, more })
  return besideEachOther({ 'first come': start(['--import', './bench/first-come.js']), 'by shares': start([]) })
}
