import type { ServingState } from '#dist/app/state/serving-state.js'
import type { Neuron } from '#dist/chain/metagraph.js'
import type { Status } from '#dist/cli/status/collect-status.js'
import { metagraphOf } from '../../support/metagraph.ts'

/** 2026-11-28 */
export const now = 1_795_867_200_000

/** The state of a miner that serves and had two callers; the fields replace its own. */
export function stateOf(fields: Partial<ServingState> = {}): ServingState {
  const { neurons } = metagraphOf(10)
  return {
    version: 1,
    pid: 4711,
    startedAt: now - 86_400_000 * 3,
    writtenAt: now - 4_000,
    stoppedAt: null,
    netuid: 33,
    network: 'finney',
    hotkey: neurons[5]!.hotkey,
    url: 'http://127.0.0.1:8091',
    port: 8091,
    miner: 'openai',
    dialect: 'prompting',
    hasPriority: false,
    hasBlacklist: false,
    ratesLeft: [],
    chain: 'fresh',
    noCallers: null,
    problem: null,
    policy: null,
    announcement: 'announced',
    ours: { ip: '8.8.8.8', port: 8005 },
    load: {
      connections: {
        open: 12,
        of: 1_024,
        top: [
          { kind: 'hotkey', name: neurons[0]!.hotkey, amount: 8 },
          { kind: 'network', name: '192.0.2.0/24', amount: 4 },
        ],
      },
      bodies: {
        bytes: 1_200_000,
        of: 67_108_864,
        top: [{ kind: 'hotkey', name: neurons[0]!.hotkey, amount: 1_200_000 }],
      },
      checks: { waiting: 0, of: 256, top: [] },
      places: {
        atWork: 3,
        of: 16,
        waiting: 2,
        queue: 64,
        top: [
          { kind: 'hotkey', name: neurons[0]!.hotkey, atWork: 2, waiting: 2 },
          { kind: 'network', name: '192.0.2.0/24', atWork: 1, waiting: 0 },
        ],
      },
      nonces: { remembered: 1_234, of: 1_000_000 },
    },
    store: { kind: 'disk', failure: null, pause: null },
    forged: [
      {
        hotkey: neurons[0]!.hotkey,
        address: '203.0.113.9',
        forged: 50,
        unchecked: 362,
        verified: 3,
        lastAt: now - 3_000,
      },
    ],
    requests: {
      since: now - 3_600_000,
      callers: [
        {
          hotkey: neurons[0]!.hotkey,
          uid: 0,
          answered: 1_234,
          refused: 2,
          failed: 1,
          cancelled: 0,
          lastAt: now - 2_000,
          rateLeft: null,
        },
        {
          hotkey: neurons[3]!.hotkey,
          uid: 3,
          answered: 7,
          refused: 0,
          failed: 0,
          cancelled: 3,
          lastAt: now - 400_000,
          rateLeft: null,
        },
      ],
      others: { answered: 0, refused: 12, failed: 0, cancelled: 0 },
      cut: 0,
      reasons: [
        {
          ending: 'refused',
          code: 'BLACKLISTED',
          status: 403,
          reason: 'Forbidden. Key is blacklisted: validator permit required.',
          count: 12,
          strangers: 12,
          lastAt: now,
          hotkeys: [neurons[1]!.hotkey],
        },
        {
          ending: 'failed',
          code: 'UPSTREAM_FAILED',
          status: 502,
          reason: 'it failed',
          count: 1,
          strangers: 0,
          lastAt: now,
          hotkeys: [],
        },
      ],
    },
    ...fields,
  }
}

/** The status of a miner that lacks nothing; the fields replace its own. */
export function statusOf(fields: Partial<Status> = {}, ofNeuron: Partial<Neuron> = {}): Status {
  const metagraph = metagraphOf(10, { block: 5_000_000, blockAt: now - 24_000, readAt: now })
  const neuron = { ...metagraph.neurons[5]!, ...ofNeuron }
  return {
    at: now,
    hotkey: neuron.hotkey,
    wallet: 'default/default',
    netuid: 33,
    network: 'finney',
    chain: {
      metagraph,
      connection: { endpoint: 'wss://entrypoint-finney.opentensor.ai', genesis: metagraph.genesis, latencyMs: 34.4 },
      error: null,
    },
    neuron,
    own: { ip: '8.8.8.8', port: 8005, problem: null },
    ping: { found: 'reached', status: 403, message: 'Forbidden', hotkey: neuron.hotkey, ms: 12.3 },
    noCallers: null,
    admin: null,
    live: null,
    serving: { state: stateOf(), problem: null, isRunning: true },
    settings: { announce: true, isLocal: false },
    registerCommand: 'btcli subnet register --netuid 33',
    typedFlags: ['--netuid', '33'],
    ...fields,
  }
}
