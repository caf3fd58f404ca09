import { wires } from '../../app/wires.js'
import type { Log } from '../../plugin/log.js'
import type { Serving } from './describe-serving.js'

/** Logs that the axon serves, and what its dialect cannot do. `port` is where it listens. */
export function logServing(serving: Serving & { readonly port: number }, log: Log): void {
  const { url, port, hotkey, place, callers, use, models, dialect, dialectFile } = serving
  log.info({
    event: 'serving',
    url,
    port,
    hotkey,
    ...(place && { network: place.network, netuid: place.netuid, uid: place.uid }),
    ...(place?.announces && { announces: place.announces }),
    callers,
    use,
    ...(models.length === 1 ? { model: models[0] } : models.length > 1 && { models }),
    dialect: dialect.name,
    ...(dialectFile && { dialectFile }),
    wires: wires.map(({ name }) => name),
  })
  if (dialect.caveat) log.warn({ event: 'caveat', dialect: dialect.name, message: dialect.caveat })
}
