import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AdminEvents, RequestEntry } from '../api.js'
import type { AdminFigures } from '../sources.js'
import { safeHeaders, sendReply } from './reply.js'

const MAX_STREAMS = 16
/** Bytes that may wait for a reader: some seconds of events. One that is further behind is dropped. */
const MAX_UNREAD = 1024 * 1024
/** Events `request` in one second; the rest is counted. */
const MAX_REQUESTS = 20
const KEEP_ALIVE_SECONDS = 15

/** Server-sent events to at most 16 readers. It listens to the figures only while it has a reader. */
export class EventStreams implements Disposable {
  readonly #figures: AdminFigures
  readonly #streams = new Set<ServerResponse>()
  #stop: (() => void) | null = null
  #seconds = 0
  #requests = 0

  constructor(figures: AdminFigures) {
    this.#figures = figures
  }

  /** Takes a request for events; 503 when there are 16 streams already. */
  open(request: IncomingMessage, response: ServerResponse): void {
    if (this.#streams.size >= MAX_STREAMS) {
      sendReply(request, response, { status: 503, headers: { 'Retry-After': '5' } })
      return
    }
    response.writeHead(200, { ...safeHeaders, 'Content-Type': 'text/event-stream; charset=utf-8', Connection: 'close' })
    if (request.method === 'HEAD') {
      response.end()
      return
    }
    this.#streams.add(response)
    response.once('close', () => this.#forget(response))
    this.#stop ??= this.#figures.listen({
      request: entry => this.#sendRequest(entry),
      second: () => this.#sendSecond(),
    })
    response.write(`retry: 2000\n\n${eventText('status', this.#figures.status())}`)
  }

  [Symbol.dispose](): void {
    for (const stream of this.#streams) stream.destroy()
  }

  #sendRequest(entry: RequestEntry): void {
    this.#requests++
    if (this.#requests > MAX_REQUESTS) this.#figures.countDropped(this.#streams.size)
    else this.#send(eventText('request', entry))
  }

  #sendSecond(): void {
    this.#requests = 0
    this.#seconds++
    const point = this.#figures.lastPoint()
    this.#send(eventText('status', this.#figures.status()) + (point ? eventText('point', point) : ''))
    if (this.#seconds % KEEP_ALIVE_SECONDS === 0) this.#send(': alive\n\n')
  }

  #send(text: string): void {
    for (const stream of this.#streams) {
      if (stream.writableLength > MAX_UNREAD) {
        this.#figures.countDropped(1)
        stream.destroy()
      } else stream.write(text)
    }
  }

  #forget(stream: ServerResponse): void {
    this.#streams.delete(stream)
    if (this.#streams.size > 0) return
    this.#stop?.()
    this.#stop = null
  }
}

function eventText<Name extends keyof AdminEvents>(name: Name, data: AdminEvents[Name]): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}
