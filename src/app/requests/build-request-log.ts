import { valuesOf } from '../../config/configuration.js'
import type { RequestLogWriter } from '../../request-log/request-log-writer.js'
import type { Builder } from '../scope.js'
import { hostSections } from '../settings.js'
import { AXON_ID, CONFIGURATION, HOTKEY, LOG, MONEY, REQUEST_LOG_FOLDER, RESOURCES } from '../tokens.js'

/**
 * Opens the request log of the hotkey on its subnet, and adds the requests of the axon to it.
 *
 * @throws {RequestLogError} REQUEST_LOG_UNSAFE · REQUEST_LOG_VERSION · REQUEST_LOG_BROKEN · REQUEST_LOG_UNWRITABLE ·
 *   REQUEST_LOG_STOPPED
 */
export async function buildRequestLog(from: Builder): Promise<RequestLogWriter | null> {
  const configuration = from.resolve(CONFIGURATION)
  const { mode, maxAge, maxSize } = valuesOf(configuration, hostSections.requestLog)
  if (mode === 'off') return null
  const [{ openRequestLogWriter }, { recordRequests }, { requestLogPath }] = await Promise.all([
    import('../../request-log/request-log-writer.js'),
    import('../../request-log/record-requests.js'),
    import('../../request-log/request-log-path.js'),
  ])
  const log = from.resolve(LOG)
  const resources = from.resolve(RESOURCES)
  const { netuid } = valuesOf(configuration, hostSections.subnet)
  const hotkey = (await from.resolve(HOTKEY)).address
  const path = requestLogPath(from.resolve(REQUEST_LOG_FOLDER), { netuid, hotkey })
  const writer = await openRequestLogWriter({
    path,
    secrets: configuration.secretValues,
    maxAgeMs: maxAge,
    maxBytes: maxSize,
    now: Date.now,
    onEvent: ({ level, ...record }) => log[level](record),
  })
  resources.own(writer)
  const isFull = mode === 'full'
  const onError = (error: unknown) => log.error({ event: 'observerFailed', error })
  const money = await from.resolve(MONEY)
  const costOf = (record: Parameters<typeof money.costOf>[0]) => {
    const cost = money.costOf(record)
    return cost?.unknown === 0 ? cost.usd : null
  }
  resources.own(recordRequests({ axon: from.resolve(AXON_ID), writer, isFull, costOf, onError }))
  if (isFull)
    log.warn({
      event: 'requestLogFull',
      path,
      message: 'conversations of callers and their answers are written to the request log',
      hint: 'keep --request-log metadata unless you need them',
    })
  return writer
}
