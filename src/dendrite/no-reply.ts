/** The error for an incomplete or missing reply, with the status and the text that a dendrite reports for it. */
export class NoReply extends Error {
  override readonly name = 'NoReply'
  readonly status: 400 | 408 | 422 | 503

  constructor(status: NoReply['status'], message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.status = status
  }
}
