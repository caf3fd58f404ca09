/** As much of a logger as a plugin gets. Values are fields and are escaped; secrets never belong in them. */
export type Log = {
  debug(fields: object, message?: string): void
  info(fields: object, message?: string): void
  warn(fields: object, message?: string): void
  error(fields: object, message?: string): void
}
