import type { BudgetStatus } from '../../admin/api.js'
import type { FigureSources } from '../sources.js'
import type { GaugeValues, MetricMaker } from './metric-maker.js'

const breakers = { closed: 'closed', open: 'open', halfOpen: 'half_open' } as const

type Options = {
  readonly make: MetricMaker
  readonly sources: FigureSources
  /** whether the store of nonces has all callers refused */
  readonly isStoreFailing: () => boolean
  /** how much the observers could not keep */
  readonly dropped: () => number
  /** the longest time that a caller is given, in milliseconds */
  readonly maxTimeoutMs: number
  /** epoch milliseconds */
  readonly now: () => number
}

/** Adds the gauges of a miner, which are read when Prometheus asks. */
export function addGauges(options: Options): void {
  aboutMiner(options)
  aboutLoad(options)
  if (options.sources.health) aboutEndpoints(options)
  if (options.sources.chain) aboutChain(options)
  if (options.sources.money) aboutMoney(options)
}

function aboutMiner({ make, sources, isStoreFailing, dropped, maxTimeoutMs }: Options): void {
  const { miner } = sources
  const { version, use, dialect, hotkey, network = '', netuid = '' } = miner
  const facts = { version, use, dialect, hotkey, network, netuid: String(netuid) }
  make.gauge({ name: 'miner_info', help: 'What serves, as labels of the value 1', labels: Object.keys(facts) }, () => [
    [Object.values(facts), 1],
  ])
  make.gauge(
    { name: 'miner_draining', help: '1 while the axon refuses new requests, because it is about to close' },
    () => Number(sources.isDraining()),
  )
  make.gauge({ name: 'miner_store_failing', help: '1 while the store of nonces has all callers refused' }, () =>
    Number(isStoreFailing()),
  )
  make.gauge(
    { name: 'miner_max_timeout_seconds', help: 'The longest time that a caller is given' },
    () => maxTimeoutMs / 1000,
  )
  make.count(
    { name: 'miner_observer_dropped_total', help: 'What the observers of requests could not keep or pass on' },
    dropped,
  )
}

function aboutLoad({ make, sources: { load } }: Options): void {
  const gauges = [
    ['miner_places_at_work', 'Requests that are being answered', () => load().places.atWork],
    ['miner_places_limit', 'Requests that may be answered at once', () => load().places.of],
    ['miner_queue_waiting', 'Requests that wait for a place', () => load().places.waiting],
    ['miner_queue_limit', 'Requests that may wait for a place', () => load().places.queue],
    ['miner_connections_open', 'Connections of callers', () => load().connections.open],
    ['miner_connections_limit', 'Connections that callers may have', () => load().connections.of],
    ['miner_body_bytes', 'Bytes of the bodies of requests in memory', () => load().bodies.bytes],
    ['miner_body_limit_bytes', 'Bytes of bodies that may be in memory', () => load().bodies.of],
    ['miner_signature_checks_waiting', 'Signatures that wait for their check', () => load().checks.waiting],
    ['miner_nonces_remembered', 'Spent nonces in memory', () => load().nonces.remembered],
    ['miner_nonces_limit', 'Spent nonces that may be in memory', () => load().nonces.of],
    [
      'miner_overloaded',
      '1 while requests are refused because the event loop is late',
      () => Number(load().overload !== undefined),
    ],
  ] as const
  for (const [name, help, read] of gauges) make.gauge({ name, help }, read)
}

function aboutEndpoints({ make, sources }: Options): void {
  const endpoints = () => sources.health?.() ?? []
  make.gauge(
    {
      name: 'miner_endpoint_breaker',
      help: 'State of the circuit breaker of an endpoint: 1 for the state that it is in, 0 for the others',
      labels: ['endpoint', 'state'],
    },
    () =>
      endpoints().flatMap(({ endpoint, breaker }) =>
        Object.values(breakers).map(state => [[endpoint, state], Number(breakers[breaker] === state)] as const),
      ),
  )
  make.gauge(
    {
      name: 'miner_endpoint_failures',
      help: 'Failures of an endpoint since it last showed that it works',
      labels: ['endpoint'],
    },
    () => endpoints().map(({ endpoint, failures }) => [[endpoint], failures]),
  )
  make.gauge(
    { name: 'miner_endpoint_rest_seconds', help: 'How long an endpoint is not asked', labels: ['endpoint'] },
    () => endpoints().map(({ endpoint, restMs }) => [[endpoint], restMs / 1000]),
  )
  make.gauge(
    {
      name: 'miner_key_rest_seconds',
      help: 'How long a key of an endpoint is not used; keys are numbered in configured order, from 1',
      labels: ['endpoint', 'key'],
    },
    () =>
      endpoints().flatMap(({ endpoint, keys }) =>
        keys.map(({ restMs }, at) => [[endpoint, String(at + 1)], restMs / 1000] as const),
      ),
  )
}

function aboutChain({ make, sources, now }: Options): void {
  const read = () => sources.chain!()
  make.gauge(
    { name: 'miner_registered', help: '1 while the hotkey has its place in the subnet; absent when not known' },
    () => orAbsent(read().registered, Number),
  )
  make.gauge(
    { name: 'miner_uid', help: 'The uid of the hotkey; absent when it has none' },
    () => read().uid ?? undefined,
  )
  make.gauge({ name: 'miner_metagraph_age_seconds', help: 'Since the metagraph in force was read' }, () =>
    orAbsent(read().metagraphAt, at => Math.max(0, now() - at) / 1000),
  )
  make.gauge(
    {
      name: 'miner_chain_state',
      help: 'How far the standings of callers can be relied on: 1 for the state that they are in, 0 for the others',
      labels: ['state'],
    },
    (): GaugeValues => ['fresh', 'stale', 'unknown'].map(state => [[state], Number(read().state === state)]),
  )
  make.gauge(
    {
      name: 'miner_announced_address_differs',
      help: '1 while the chain shows another address than this miner announces, or none',
    },
    () => {
      const { ours, announced } = read()
      return ours ? Number(ours.ip !== announced?.ip || ours.port !== announced.port) : undefined
    },
  )
  make.gauge(
    { name: 'miner_incentive_ratio', help: 'The incentive of the hotkey by the last metagraph, 0 to 1' },
    () => read().incentive.at(-1)?.value,
  )
  make.gauge({ name: 'miner_chain_problem', help: '1 while something of the life on the chain does not work' }, () =>
    Number(read().problem !== undefined),
  )
}

function aboutMoney({ make, sources }: Options): void {
  const read = () => sources.money!.status()
  make.gauge(
    {
      name: 'miner_cost_today_usd',
      help: 'What the answers of this day of UTC cost, as far as it is known; absent when nothing is known',
    },
    () => read().today.usd,
  )
  make.gauge(
    { name: 'miner_cost_today_unknown', help: 'Answers of this day of UTC whose cost is not known, or not whole' },
    () => read().today.unknown,
  )
  make.gauge(
    {
      name: 'miner_budget_used_ratio',
      help: 'The part of the budget of this day that is used or reserved; absent without one',
    },
    () => orAbsent(read().budget, usedPart),
  )
  make.gauge(
    {
      name: 'miner_hotkey_budget_used_ratio',
      help: 'The part of the budget of a hotkey of this day that is used or reserved, of hotkeys that have asked today; absent without one',
      labels: ['hotkey'],
    },
    () => (sources.money!.hotkeyBudgets() ?? []).map(budget => [[budget.of], usedPart(budget)] as const),
  )
}

function usedPart({ usedUsd, usdPerDay }: BudgetStatus): number {
  return usdPerDay > 0 ? usedUsd / usdPerDay : 1
}

function orAbsent<T>(value: T | null | undefined, read: (value: T) => number): number | undefined {
  return value === null || value === undefined ? undefined : read(value)
}
