import type { Scope } from '../../app/scope.js'
import { hostSections } from '../../app/settings.js'
import { CONFIGURATION, LOG } from '../../app/tokens.js'
import type { Axon } from '../../axon/serve-axon.js'
import { valuesOf } from '../../config/configuration.js'
import type { NeuronLife } from '../../neuron/start-neuron.js'
import { DEREGISTERED } from '../errors/exit-codes.js'
import { drainAxon, type StopSignal, type StopSignals } from '../process/shutdown.js'

/** How long requests in progress may take after the first signal. */
export const DRAIN_MS = 30_000

const never = new Promise<never>(() => {})

/** Why a miner stops serving: a signal, or the loss of its hotkey's place in the subnet. */
export type ServingEnd = StopSignal | 'deregistered'

/** Waits until the miner has to stop serving. */
export function servingEnd(
  scope: Scope,
  { signals, neuron }: { readonly signals: StopSignals; readonly neuron: NeuronLife | null },
): Promise<ServingEnd> {
  const { whenDeregistered } = valuesOf(scope.resolve(CONFIGURATION), hostSections.neuron)
  const deregistered = neuron && whenDeregistered === 'exit' ? neuron.deregistered : never
  return Promise.race([signals.first, deregistered.then(() => 'deregistered' as const)])
}

type Ending = {
  readonly end: ServingEnd
  readonly signals: StopSignals
  /** the file that `miner status` reads; null without a chain */
  readonly state: AsyncDisposable | null
}

/** Finishes the requests in progress, and closes the axon. @returns the exit code of the program */
export async function endServing(scope: Scope, axon: Axon, { end, signals, state }: Ending): Promise<number> {
  const { first, second } = signals
  const draining = {
    ms: DRAIN_MS,
    log: scope.resolve(LOG),
    beforeExit: async () => await state?.[Symbol.asyncDispose](),
  }
  if (end !== 'deregistered') return drainAxon(axon, { signal: end, second, ...draining })
  // No signal has come before: the first one ends it at once.
  await drainAxon(axon, { second: Promise.race([first, second]), ...draining })
  return DEREGISTERED
}
