import type { AdminPlace } from '../../admin/open-admin.js'
import { wires } from '../../app/wires.js'
import type { Log } from '../../plugin/log.js'
import type { Serving } from './describe-serving.js'

type Opened = Serving & {
  /** where it listens */
  readonly port: number
  /** null: no admin port is open */
  readonly admin: AdminPlace | null
}

/** Logs that the axon serves, where its admin port is, and what its dialect cannot do. */
export function logServing({ admin, ...serving }: Opened, log: Log): void {
  const { url, port, hotkey, place, callers, use, models, dialect, dialectFile } = serving
  // Where the token is, never the token.
  if (admin)
    log.info({ event: 'adminOpened', url: admin.url, ...(admin.tokenFile !== null && { tokenFile: admin.tokenFile }) })
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
