import { pick } from '../../support/random.ts'
import type { Framing } from '../draft.ts'
import type { EditKinds } from './edit-kind.ts'

/** Changes of how the body is framed. */
export const framingEdits: EditKinds<Framing> = {
  length: {
    draw: next => [pick(LENGTHS, next)],
    apply: (framing, text) => {
      framing.lengths = [String(text)]
    },
  },
  lengthTwice: {
    draw: next => [pick(LENGTHS, next)],
    apply: (framing, text) => {
      framing.lengths.push(String(text))
    },
  },
  noLength: {
    draw: () => [],
    apply: framing => {
      framing.lengths = []
    },
  },
  chunked: {
    draw: next => [
      pick([1, 7, 100, 100_000], next),
      pick(SIZES, next),
      pick(TRAILERS, next),
      pick(['', '', 'length'], next),
    ],
    apply: (framing, size, spelling, trailer, length) => {
      framing.chunks = Number(size)
      framing.size = String(spelling)
      framing.trailer = String(trailer)
      if (!length) framing.lengths = []
    },
  },
}

const LENGTHS = [
  '#',
  '0',
  '1',
  '5',
  '-1',
  '+#',
  '0#',
  '0x#',
  '#.0',
  '#e0',
  '# ',
  '#, #',
  '',
  'x',
  '70000',
  '99999999999',
  '18446744073709551617',
  '#\t',
  '1_0',
]
const SIZES = [
  '#',
  '#',
  '#',
  '0#',
  '#;x=1',
  '# ',
  ' #',
  '+#',
  '-#',
  '0x#',
  '#\t;x',
  '#;"\n"',
  'ffffffffffffffff#',
  '#\n',
  'g#',
  '#;'.padEnd(20_000, 'x'),
]
const TRAILERS = [
  '',
  '',
  'x: y\r\n',
  'bt_header_dendrite_hotkey: x\r\n',
  'content-length: 5\r\n',
  'bad line\r\n',
  `x: ${'y'.repeat(40_000)}\r\n`,
  'timeout: 1e9\r\n',
]
