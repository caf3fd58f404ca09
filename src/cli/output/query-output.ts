import type { DendriteReply } from '../../dendrite/create-dendrite.js'
import type { JsonObject } from '../../wires/json/tree.js'
import { changedFields, fieldLines, plainFields } from './fields.js'
import { type AnswerOutput, consume } from './terminal.js'

type Asked = {
  readonly fields: JsonObject
  /** the field that holds the whole answer, as text */
  readonly into: string | undefined
  readonly isJson: boolean
  /** disposed before the first output */
  readonly waiting: Disposable
  readonly output: AnswerOutput
}
type Streamed = { readonly pieces: number; readonly firstMs: number | null; readonly ms: number }

/** Prints the reply of `miner query`: a stream as it comes, else the answer, or the fields that changed. */
export class QueryOutput {
  readonly #asked: Asked
  readonly #output: AnswerOutput
  /** what a stream has sent, for the document under `--json` */
  readonly #received: Buffer[] = []
  /** how many pieces a stream had; null: the reply is not a stream */
  #pieces: number | null = null

  constructor(asked: Asked) {
    this.#asked = asked
    this.#output = asked.output
  }

  /** Prints each piece as it comes. @throws whatever the stream throws */
  async stream(pieces: AsyncGenerator<string | Uint8Array, DendriteReply>): Promise<DendriteReply> {
    let count = 0
    const reply = await consume(pieces, piece => {
      if (!this.#asked.isJson) this.#asked.waiting[Symbol.dispose]()
      count++
      this.#show(piece)
    })
    this.#pieces = count
    return reply
  }

  /** Prints what is left to print of a reply, and returns it as a document. */
  finish(reply: DendriteReply, { isFailed }: { readonly isFailed: boolean }): object {
    const { into, fields: asked, isJson, waiting } = this.#asked
    waiting[Symbol.dispose]()
    const changed = changedFields(asked, reply.fields)
    const isWhole = !this.#pieces && !isFailed
    if (isWhole) this.#show(into ? String(reply.fields.get(into)) : fieldLines(changed))
    this.#output.end()

    const { status, statusFrom, message } = reply
    const axonMs = rounded(reply.axonMs)
    const ms = Math.round(reply.ms)
    const streamed = this.#pieces !== null && { firstMs: rounded(reply.firstMs), pieces: this.#pieces }
    if (!isJson && isWhole && !into && changed.size === 0)
      process.stderr.write('the reply has the fields of the question, unchanged\n')
    if (!isJson && streamed && (streamed.pieces > 0 || !isFailed)) process.stderr.write(pace({ ...streamed, ms }))
    return {
      ...this.#answer(reply, { changed, isWhole }),
      status,
      ...(statusFrom && { statusFrom }),
      message,
      axonMs,
      ...streamed,
      ms,
    }
  }

  #answer({ fields }: DendriteReply, { changed, isWhole }: { changed: JsonObject; isWhole: boolean }): object {
    const { into } = this.#asked
    const hasAnswer = isWhole || Boolean(this.#pieces)
    if (into) return { completion: hasAnswer ? fields.get(into) : null }
    if (this.#pieces !== null && !isWhole)
      return { stream: hasAnswer ? Buffer.concat(this.#received).toString() : null }
    return { fields: hasAnswer ? plainFields(changed) : null }
  }

  #show(piece: string | Uint8Array): void {
    if (this.#asked.isJson) this.#received.push(Buffer.from(piece))
    else this.#output.show(piece)
  }
}

function pace({ pieces, firstMs, ms }: Streamed): string {
  const first = firstMs === null ? '' : ` the first after ${firstMs} ms,`
  return `${pieces} ${pieces === 1 ? 'piece' : 'pieces'},${first} the end after ${ms} ms\n`
}

function rounded(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms)
}
