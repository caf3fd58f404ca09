/** The logger that a plugin gets. The values of fields are escaped; never log secrets. */
export type Log = {
  debug(fields: object, message?: string): void
  info(fields: object, message?: string): void
  warn(fields: object, message?: string): void
  error(fields: object, message?: string): void
}

/** Logs nothing. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} }
