import type { Log } from '#dist/plugin/log.js'

/** A log that keeps its records. */
export type KeptLog = { readonly log: Log; readonly records: Record<string, unknown>[] }

export function keptLog(): KeptLog {
  const records: Record<string, unknown>[] = []
  const keep = (fields: object, message?: string) => void records.push({ ...fields, ...(message && { message }) })
  return { log: { debug: keep, info: keep, warn: keep, error: keep }, records }
}
