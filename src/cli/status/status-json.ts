import type { ServingState } from '../../app/state/serving-state.js'
import type { Metagraph, Neuron } from '../../chain/metagraph.js'
import { neuronJson } from '../subnet/metagraph-json.js'
import type { ChainStatus, Status } from './collect-status.js'
import { type Findings, immunityLeftMs } from './find-problems.js'

/** Returns the status as a JSON document. Its names are API; times are ISO 8601, amounts are decimal texts. */
export function statusJson(status: Status, { problems, notes }: Findings): object {
  const { at, hotkey, wallet, netuid, network, chain, neuron, own, ping, serving, admin, live } = status
  return {
    at: isoTime(at),
    hotkey,
    wallet,
    netuid: network === 'none' ? null : netuid,
    network,
    registered: isRegistered(status),
    neuron: neuron && {
      ...neuronJson(neuron),
      place: placeOf(neuron, chain.metagraph!),
      neuronCount: chain.metagraph!.neurons.length,
      immunityLeftMs: immunityLeftMs(status),
    },
    announced: neuron?.axon ?? null,
    own: { ip: own.ip, port: own.port },
    ping: ping && { ...ping, ms: Math.round(ping.ms) },
    chain: chainJson(chain, at),
    serving: serving.state && servingJson(serving.state, serving.isRunning),
    admin,
    // As the admin port replies to GET /api/status.
    live: live?.status ?? null,
    problems,
    notes,
  }
}

/** The last metagraph on disk does not tell of a hotkey that has registered since. */
function isRegistered({ chain, neuron }: Status): boolean | null {
  if (neuron !== null) return true
  return chain.metagraph && chain.connection ? false : null
}

/** Returns the place of a neuron by incentive: 1 is the highest; null without an incentive. */
export function placeOf({ incentive }: Neuron, { neurons }: Metagraph): number | null {
  if (incentive === 0) return null
  return 1 + neurons.filter(other => other.incentive > incentive).length
}

function chainJson({ metagraph, connection }: ChainStatus, at: number): object | null {
  return (
    metagraph && {
      endpoint: connection?.endpoint ?? null,
      latencyMs: connection && Math.round(connection.latencyMs),
      genesis: metagraph.genesis,
      specVersion: metagraph.specVersion,
      block: metagraph.block,
      blockAt: isoTime(metagraph.blockAt),
      ageMs: at - metagraph.blockAt,
      subnet: metagraph.subnet,
    }
  )
}

function servingJson(state: ServingState, isRunning: boolean): object {
  // `miner policy explain` tells what a rate leaves.
  const { version: _, ratesLeft: __, ...shown } = state
  const { startedAt, writtenAt, stoppedAt, problem, requests, forged, load, store, ...rest } = shown
  return {
    running: isRunning,
    ...rest,
    // What a miner that has ended held is not held any more.
    load: isRunning ? load : null,
    startedAt: isoTime(startedAt),
    writtenAt: isoTime(writtenAt),
    stoppedAt: stoppedAt === null ? null : isoTime(stoppedAt),
    problem: problem && { ...problem, since: isoTime(problem.since) },
    store: store && {
      ...store,
      failure: store.failure && { ...store.failure, since: isoTime(store.failure.since) },
      pause: store.pause && { ...store.pause, until: isoTime(store.pause.until) },
    },
    forged: forged.map(withIsoTime),
    requests: {
      ...requests,
      since: isoTime(requests.since),
      callers: requests.callers.map(caller => ({
        ...withIsoTime(caller),
        rateLeft: isRunning && caller.rateLeft !== null ? Math.floor(caller.rateLeft) : null,
      })),
      reasons: requests.reasons.map(withIsoTime),
    },
  }
}

function withIsoTime<Sum extends { readonly lastAt: number }>(sum: Sum): object {
  return { ...sum, lastAt: isoTime(sum.lastAt) }
}

function isoTime(at: number): string {
  return new Date(at).toISOString()
}
