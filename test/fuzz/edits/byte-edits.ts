import { pick } from '../../support/random.ts'
import { below, type EditKinds } from './edit-kind.ts'

/** The bytes of a request that is ready to be sent. */
export type Written = { bytes: Buffer }

/** Changes of a whole request, byte by byte. A share says where. */
export const byteEdits: EditKinds<Written> = {
  flip: {
    draw: next => [share(next), below(8, next)],
    apply: (written, where, bit) => {
      written.bytes[indexOf(written, where)]! ^= 1 << Number(bit)
    },
  },
  insert: {
    draw: next => [share(next), pick(INSERTS, next)],
    apply: (written, where, text) => splice(written, where, 0, Buffer.from(String(text), 'latin1')),
  },
  cutOut: {
    draw: next => [share(next), pick([1, 2, 10, 200], next)],
    apply: (written, where, count) => splice(written, where, Number(count), Buffer.alloc(0)),
  },
  bareLf: {
    draw: next => [pick(['all', 'last'], next)],
    apply: (written, which) => {
      const text = written.bytes.toString('latin1')
      const changed = which === 'all' ? text.replaceAll('\r\n', '\n') : text.replace('\r\n\r\n', '\n\n')
      written.bytes = Buffer.from(changed, 'latin1')
    },
  },
  prepend: {
    draw: next => [pick(INSERTS, next)],
    apply: (written, text) => splice(written, 0, 0, Buffer.from(String(text), 'latin1')),
  },
}

const share = (next: () => number) => Number(next().toFixed(4))

const INSERTS = [
  ...[
    '\r\n',
    '\n',
    '\r',
    '\r\n\r\n',
    '\0',
    ' ',
    ':',
    '\t',
    '\u00ff',
    '\u007f',
    '0\r\n\r\n',
    'x: y\r\n',
    'GET / HTTP/1.1\r\n\r\n',
    '\u0016\u0003\u0001',
  ],
  ...[
    'POST /Prompting HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}',
    'GET /healthz HTTP/1.1\r\n\r\n',
    'transfer-encoding: chunked\r\n',
  ],
]

function indexOf({ bytes }: Written, where: string | number | undefined): number {
  return Math.min(bytes.length - 1, Math.floor(Number(where) * bytes.length))
}

function splice(written: Written, where: string | number | undefined, count: number, by: Buffer): void {
  const at = indexOf(written, where)
  written.bytes = Buffer.concat([written.bytes.subarray(0, at), by, written.bytes.subarray(at + count)])
}
