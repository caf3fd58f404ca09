/** `MINER_LACKS` the chosen miner cannot do what the chosen dialect needs. */
export type PluginErrorCode = 'MINER_LACKS'

/** A plugin that cannot be used as it is asked to. */
export class PluginError extends Error {
  override readonly name = 'PluginError'
  readonly code: PluginErrorCode
  /** what would mend it */
  readonly hint: string

  constructor(code: PluginErrorCode, message: string, { hint, cause }: { hint: string; cause?: unknown }) {
    super(message, { cause })
    this.code = code
    this.hint = hint
  }
}
