import type { DialectDefinition, Route } from '../../plugin/dialect.js'
import { closest } from '../../text/closest.js'
import { quote } from '../../text/escape.js'
import { UsageError } from '../errors/usage-error.js'

export type ChosenSynapse = { readonly name: string; readonly route: Route }

/**
 * Chooses the synapse that `--synapse` names, else the dialect's first; with `stream`, the first that streams.
 *
 * @throws {UsageError} UNKNOWN_SYNAPSE · NO_STREAM
 */
export function chooseSynapse(
  { name: dialect, synapses }: DialectDefinition,
  { synapse, stream }: { readonly synapse?: string | undefined; readonly stream: boolean },
): ChosenSynapse {
  const all = Object.entries(synapses).map(([name, route]) => ({ name, route }))
  const fitting = all.filter(({ route }) => !stream || route.frames !== undefined)
  const chosen = synapse === undefined ? fitting[0] : all.find(({ name }) => name === synapse)
  if (!chosen && synapse !== undefined) {
    const names = all.map(({ name }) => name)
    const hint = `--synapse ${closest(synapse, names) ?? names[0]}; there are: ${names.join(', ')}`
    throw new UsageError('UNKNOWN_SYNAPSE', `the dialect ${dialect} has no synapse ${quote(synapse)}`, hint)
  }
  if (!chosen || !fitting.includes(chosen)) {
    const streams = fitting.map(({ name }) => name).join(', ')
    const hint = streams ? `leave out --stream; these stream: ${streams}` : 'leave out --stream'
    throw new UsageError(
      'NO_STREAM',
      synapse === undefined ? `the dialect ${dialect} has no synapse that streams` : `${synapse} does not stream`,
      hint,
    )
  }
  return chosen
}
