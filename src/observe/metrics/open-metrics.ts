import { collectDefaultMetrics, Registry } from 'prom-client'
import type { MetricsText } from '../../admin/sources.js'
import { addGauges } from './gauges.js'
import { MetricMaker } from './metric-maker.js'
import { RequestMetrics } from './request-metrics.js'

/** Of prom-client's own metrics, gauges whose names are those of counters. */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total']

/** How often the delay of the event loop is looked at. */
const LOOP_DELAY_MS = 50

let processMetrics: Registry | undefined

/** The metrics of a miner, as Prometheus reads them. */
export type MinerMetrics = Disposable & { text(): Promise<MetricsText> }

type Options = Omit<Parameters<typeof addGauges>[0] & ConstructorParameters<typeof RequestMetrics>[0], 'make'>

/** Counts requests for Prometheus until it is disposed. */
export function openMetrics(options: Options): MinerMetrics {
  const registry = new Registry()
  const make = new MetricMaker(registry)
  const requests = new RequestMetrics({ ...options, make })
  addGauges({ ...options, make })
  const ofProcess = metricsOfProcess()
  return {
    async text() {
      const [own, others] = await Promise.all([registry.metrics(), ofProcess.metrics()])
      return { contentType: registry.contentType, text: `${own}\n${others}` }
    },
    [Symbol.dispose]() {
      requests[Symbol.dispose]()
      registry.clear()
    },
  }
}

/**
 * The metrics of the process: memory, processor time, garbage collection, the event loop. prom-client cannot stop to observe
 * these, so a process has them once.
 */
function metricsOfProcess(): Registry {
  if (processMetrics) return processMetrics
  processMetrics = new Registry()
  collectDefaultMetrics({ register: processMetrics, eventLoopMonitoringPrecision: LOOP_DELAY_MS })
  for (const name of misnamed) processMetrics.removeSingleMetric(name)
  return processMetrics
}
