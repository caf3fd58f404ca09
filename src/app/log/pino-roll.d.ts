declare module 'pino-roll' {
  import type { EventEmitter } from 'node:events'

  /** Of a stream of sonic-boom, what is used. Events: `ready`, `write` with the bytes written, `drop`, `error`, `close`. */
  export type RollStream = EventEmitter & {
    readonly fd: number
    write(line: string): boolean
    end(): void
    destroy(): void
  }

  export default function open(options: {
    file: string
    size: string
    limit: { count: number; removeOtherLogFiles: boolean }
    mode: number
    sync: boolean
    maxLength: number
  }): Promise<RollStream>
}
