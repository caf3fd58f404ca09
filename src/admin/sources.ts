import type { HistoryPoint, HistoryWindow, LiveHistory, LiveStatus, RequestEntry } from './api.js'

/** Listens to figures as they come. */
export type FiguresListener = {
  /** a request of a proven caller has ended */
  request(entry: RequestEntry): void
  /** a second has passed */
  second(): void
}

/** The figures of a miner. */
export type AdminFigures = {
  status(): LiveStatus
  history(window: HistoryWindow): LiveHistory
  /** the second that ended last; null in the first one */
  lastPoint(): HistoryPoint | null
  /** those that ended last, the newest first */
  requests(limit: number): readonly RequestEntry[]
  /** calls a listener until the returned function is called */
  listen(listener: FiguresListener): () => void
  /** counts what a listener could not pass on */
  countDropped(events: number): void
}

/** The metrics in Prometheus' text format. */
export type MetricsText = { readonly contentType: string; readonly text: string }

/** What the port shows once the axon is open. */
export type Shown = {
  readonly figures: AdminFigures
  /** `ready`, or why the axon takes no questions */
  readonly readiness: () => 'ready' | 'draining' | 'chain' | 'store'
  readonly metrics: () => Promise<MetricsText>
}
