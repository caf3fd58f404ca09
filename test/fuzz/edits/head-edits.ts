import { pick } from '../../support/random.ts'
import { type Draft, headerOf, setHeader } from '../draft.ts'
import { keys } from '../keys.ts'
import { below, type EditKinds } from './edit-kind.ts'

/** Changes of a request after it is signed. */
export const headEdits: EditKinds<Draft> = {
  method: {
    draw: next => [
      pick(['GET', 'PUT', 'HEAD', 'OPTIONS', 'post', 'CONNECT', 'TRACE', 'QUERY', 'M-SEARCH', 'PRI'], next),
    ],
    apply: (draft, method) => {
      draft.method = String(method)
    },
  },
  target: {
    draw: next => [pick(TARGETS, next)],
    apply: (draft, target) => {
      draft.target = String(target).replace('#', draft.target)
    },
  },
  version: {
    draw: next => [
      pick(['HTTP/1.0', 'HTTP/2.0', 'HTTP/1.2', 'http/1.1', 'HTTP/0.9', 'RTSP/1.0', 'HTTP/1.1 ', ''], next),
    ],
    apply: (draft, version) => {
      draft.version = String(version)
    },
  },
  set: {
    draw: next => [pick(NAMES, next), pick(VALUES, next)],
    apply: (draft, name, value) =>
      setHeader(draft, String(name), String(value).replace('#', headerOf(draft, String(name)))),
  },
  drop: {
    draw: next => [pick(NAMES, next)],
    apply: (draft, name) => {
      draft.headers = draft.headers.filter(([own]) => own !== name)
    },
  },
  twice: {
    draw: next => [pick(NAMES, next), pick(VALUES, next), pick(['before', 'after'], next)],
    apply: (draft, name, value, where) => {
      const other: [string, string] = [String(name), String(value).replace('#', headerOf(draft, String(name)))]
      if (where === 'before') draft.headers.unshift(other)
      else draft.headers.push(other)
    },
  },
  rename: {
    draw: next => [pick(NAMES, next), pick(SPELLINGS, next)],
    apply: (draft, name, how) => {
      for (const header of draft.headers) if (header[0] === name) header[0] = respell(header[0], String(how))
    },
  },
  swap: {
    draw: next => [pick(NAMES, next), pick(NAMES, next)],
    apply: (draft, one, other) => {
      const [first, second] = [headerOf(draft, String(one)), headerOf(draft, String(other))]
      setHeader(draft, String(one), second)
      setHeader(draft, String(other), first)
    },
  },
  turn: {
    draw: () => [],
    apply: draft => {
      draft.headers.reverse()
    },
  },
  add: {
    draw: next => [pick(EXTRA, next), pick(EXTRA_VALUES, next)],
    apply: (draft, name, value) => {
      draft.headers.push([String(name), String(value)])
    },
  },
  many: {
    draw: next => [pick([50, 500, 1_900, 5_000], next), pick(['x', 'bt_header_axon_', 'bt_header_dendrite_'], next)],
    apply: (draft, count, name) => {
      for (let at = 0; at < Number(count); at++) draft.headers.push([`${name}${at}`, '1'])
    },
  },
  pad: {
    draw: next => [pick(NAMES, next), pick([300, 5_000, 31_000, 40_000], next), pick(['x', ' ', '9', '0', 'é'], next)],
    apply: (draft, name, count, text) =>
      setHeader(draft, String(name), headerOf(draft, String(name)) + String(text).repeat(Number(count))),
  },
  signature: {
    draw: next => [pick(SIGNATURES, next), below(64, next)],
    apply: (draft, how, at) =>
      setHeader(draft, SIGNATURE, signatureOf(headerOf(draft, SIGNATURE), String(how), Number(at))),
  },
  hotkey: {
    draw: next => [pick(HOTKEYS, next)],
    apply: (draft, text) => setHeader(draft, 'bt_header_dendrite_hotkey', String(text)),
  },
  body: {
    draw: next => [pick(BODIES, next), Number(next().toFixed(3)), below(256, next)],
    apply: (draft, how, where, byte) => {
      draft.body = bodyOf(draft.body, String(how), Number(where), Number(byte))
    },
  },
}

const SIGNATURE = 'bt_header_dendrite_signature'

const NAMES = [
  ...['name', 'timeout', 'bt_header_axon_ip', 'bt_header_axon_port', 'bt_header_axon_hotkey', 'bt_header_dendrite_ip'],
  ...['bt_header_dendrite_version', 'bt_header_dendrite_nonce', 'bt_header_dendrite_uuid', 'bt_header_dendrite_hotkey'],
  ...[
    SIGNATURE,
    'bt_header_input_obj_messages',
    'header_size',
    'total_size',
    'computed_body_hash',
    'content-type',
    'host',
  ],
  ...['timeout', 'bt_header_dendrite_nonce', 'bt_header_dendrite_uuid', 'computed_body_hash'],
] as const

const VALUES = [
  ...[
    '',
    ' ',
    '#',
    ' # ',
    '#,#',
    '#, x',
    'x',
    '0',
    '1',
    '-1',
    '+5',
    '007',
    '1_0',
    '1e3',
    '1.5',
    'inf',
    '-inf',
    'nan',
    '1e999',
  ],
  ...[
    '1e-400',
    '0x10',
    'None',
    'null',
    'true',
    '99999999999999999999999999',
    '7001999',
    '610',
    'é',
    '\u00ff',
    '\u0085#',
    '#\u00a0',
  ],
  ...[
    '\t#\t',
    '#\u000b',
    '#\u0000',
    '#\r\n x',
    '#\r\nbt_header_dendrite_hotkey: x',
    '#\n',
    '#\r',
    'W10=',
    '5'.repeat(5_000),
  ],
  ...[
    'text/plain',
    'application/json; charset=utf-16',
    'application/x-www-form-urlencoded',
    '{"a":1}',
    '\u007f',
    "' OR 1=1",
  ],
]

const TARGETS = [
  ...[
    '#?x=1',
    '#?',
    '#/',
    '#/extra',
    '/#',
    '#%00',
    '#%2f',
    '/%50rompting',
    '/%zz',
    '/Synapse',
    '/',
    '*',
    '#;x',
    '##',
    '#%3f',
    '/.#',
  ],
  ...[
    'http://example.com#',
    'http://example.com',
    'https://x@y:1#',
    'HTTP://h#',
    'ftp://h#',
    '//h#',
    '/../Prompting',
    '#\u00e9',
    '#%ff',
  ],
  ...[
    '/healthz',
    '/healthz?#',
    '/healthz/',
    '/availability',
    '/Nope',
    '/constructor',
    '/__proto__',
    '/toString',
    '/prompting',
    '#\t',
    '# x',
  ],
  ...[
    '/Prompting',
    '/StreamPrompting',
    '/Open',
    '/Free',
    '/AttestSynapse',
    `/${'x'.repeat(9_000)}`,
    '',
    'Prompting',
    '\\#',
    '#\\',
    '/%c0%afPrompting',
  ],
]

const SPELLINGS = ['upper', 'title', 'dash', 'space', 'colon', 'tab', 'null', 'high', 'prefix', 'empty'] as const

function respell(name: string, how: string): string {
  if (how === 'upper') return name.toUpperCase()
  if (how === 'title') return name.replace(/(^|_)[a-z]/g, text => text.toUpperCase())
  if (how === 'dash') return name.replaceAll('_', '-')
  if (how === 'space') return `${name} `
  if (how === 'tab') return `\t${name}`
  if (how === 'colon') return `:${name}`
  if (how === 'null') return `${name}\u0000`
  if (how === 'high') return `${name}\u00e9`
  return how === 'empty' ? '' : `x-${name}`
}

const EXTRA = [
  ...[
    'connection',
    'expect',
    'upgrade',
    'transfer-encoding',
    'content-length',
    'content-encoding',
    'x-forwarded-for',
    'te',
    'trailer',
  ],
  ...[
    'bt_header_input_obj_messages',
    'bt_header_list_tensor_messages',
    'bt_header_dendrite_port',
    'bt_header_',
    'forwarded',
    'cookie',
    'date',
  ],
  ...[
    '__proto__',
    'constructor',
    'keep-alive',
    'proxy-connection',
    'authorization',
    'range',
    'if-none-match',
    'http2-settings',
    'x-real-ip',
  ],
] as const

const EXTRA_VALUES = [
  ...[
    'close',
    'keep-alive',
    'upgrade',
    'Upgrade, HTTP2-Settings',
    '100-continue',
    'tea',
    'websocket',
    'h2c',
    'chunked',
    'gzip',
    'identity',
  ],
  ...[
    'gzip, chunked',
    'chunked, chunked',
    'Chunked',
    ' chunked',
    'chunked;a=b',
    '\u000bchunked',
    'xchunked',
    '0',
    '5',
    '127.0.0.1',
    '::1',
    '',
  ],
  ...[
    'bt_header_dendrite_hotkey',
    'content-length',
    'timeout=5, max=1000',
    'trailers',
    '1'.repeat(400),
    '-1',
    '1, 1',
    '0x5',
    '99999999999',
  ],
] as const

const SIGNATURES = [
  ...[
    'bare',
    'upper',
    '0X',
    'odd',
    'short',
    'long',
    'zero',
    'ones',
    'flip',
    'marker',
    'scalar',
    'space',
    'base64',
    'none',
    'point',
    'twice',
    'high',
  ],
] as const

/** Spells a signature otherwise, or breaks it. */
function signatureOf(text: string, how: string, at: number): string {
  const hex = text.slice(2)
  const bytes = Buffer.alloc(64)
  bytes.write(hex, 'hex') // less, where another edit has cut it
  const encoded = () => `0x${bytes.toString('hex')}`
  if (how === 'bare') return hex
  if (how === 'upper') return `0x${hex.toUpperCase()}`
  if (how === '0X') return `0X${hex}`
  if (how === 'odd') return text.slice(0, -1)
  if (how === 'short') return text.slice(0, -2)
  if (how === 'long') return `${text}00`
  if (how === 'zero') return `0x${'0'.repeat(128)}`
  if (how === 'ones') return `0x${'f'.repeat(128)}`
  if (how === 'space') return `0x ${hex.slice(1)}`
  if (how === 'base64') return bytes.toString('base64')
  if (how === 'none') return ''
  if (how === 'twice') return `${text}${hex}`
  if (how === 'high') return `${text.slice(0, -1)}\u00e9`
  if (how === 'marker') bytes[63]! &= 0x7f
  else if (how === 'scalar') bytes.fill(0xff, 32, 63)
  else if (how === 'point') bytes.fill(0xff, 0, 32)
  else bytes[at]! ^= 1 << (at % 8)
  return encoded()
}

const { address: alice } = keys['//Alice']
const HOTKEYS = [
  ...[
    alice,
    ` ${alice}`,
    `${alice}\u0000`,
    `1${alice}`,
    alice.toLowerCase(),
    alice.slice(0, -1),
    `${alice}1`,
    alice.replace('G', 'H'),
  ],
  ...[keys['//Bob'].address, keys['//Charlie'].address, keys['//Dave'].address],
  // //Alice under the prefixes 0 and 2, and her public key
  '15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5',
  'HNZata7iMYWmk5RvZRTiAsSDhV8366zq2YGb3tLH5Upf74F',
  '0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d',
  // the point at infinity, and 32 bytes that are no point
  '5C4hrfjw9DjXZTzV3MwzrrAr9P1MJhSrvWGWqi1eSuyUpnhM',
  '5HrN7fHLXWcFiXPwwtq2EkSGns9eMt5P7SpeTPewumZy6ftb',
]

const BODIES = [
  'set',
  'insert',
  'delete',
  'cut',
  'twice',
  'bom',
  'utf16',
  'empty',
  'prefix',
  'list',
  'space',
  'garbage',
  'null',
] as const

/** Changes a body, so that it is no longer what was signed, or only spelled otherwise. */
function bodyOf(body: Buffer, how: string, where: number, byte: number): Buffer {
  const at = Math.floor(where * body.length)
  const joined = (...parts: Uint8Array[]) => Buffer.concat(parts)
  if (how === 'set') return joined(body.subarray(0, at), Buffer.of(byte), body.subarray(at + 1))
  if (how === 'insert') return joined(body.subarray(0, at), Buffer.of(byte), body.subarray(at))
  if (how === 'delete') return joined(body.subarray(0, at), body.subarray(at + 1))
  if (how === 'cut') return body.subarray(0, at)
  if (how === 'twice') return joined(body, body)
  if (how === 'bom') return joined(Buffer.of(0xef, 0xbb, 0xbf), body)
  if (how === 'utf16') return Buffer.from(body.toString(), 'utf16le')
  if (how === 'empty') return Buffer.alloc(0)
  if (how === 'prefix') return joined(Buffer.from(")]}',\n"), body)
  if (how === 'list') return joined(Buffer.from('['), body, Buffer.from(']'))
  if (how === 'space') return joined(Buffer.from(' \r\n\t'), body, Buffer.from('\n'))
  if (how === 'null') return Buffer.from('null')
  return Buffer.from(Array.from({ length: 64 }, (_, index) => (byte * 31 + index * 17) % 256))
}
