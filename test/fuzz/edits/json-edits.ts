import { pick } from '../../support/random.ts'
import { below, type EditKinds, type Random } from './edit-kind.ts'

/** JSON that keeps its spelling: a scalar is the text that is written. */
export type Node = { text: string } | { items: Node[] } | { members: [key: string, value: Node][] }

/** A body that is being made. */
export type Document = { root: Node; space: string }

export function nodeOf(value: unknown): Node {
  if (Array.isArray(value)) return { items: value.map(nodeOf) }
  if (typeof value === 'object' && value !== null)
    return { members: Object.entries(value).map(([key, item]) => [JSON.stringify(key), nodeOf(item)]) }
  return { text: JSON.stringify(value) }
}

export function textOf({ root, space }: Document): string {
  const write = (node: Node): string => {
    if ('text' in node) return node.text
    if ('items' in node) return `[${node.items.map(write).join(`,${space}`)}]`
    return `{${node.members.map(([key, value]) => `${key}:${space}${write(value)}`).join(`,${space}`)}}`
  }
  return write(root)
}

/** Changes of a body before its hash is signed. The first argument chooses a node, in the order of the text. */
export const jsonEdits: EditKinds<Document> = {
  jsonSet: {
    draw: next => [place(next), pick(SCALARS, next)],
    apply: ({ root }, at, text) => replace(root, at, { text: String(text) }),
  },
  jsonLong: {
    draw: next => [
      place(next),
      pick(PIECES, next),
      pick([10, 300, 4300, 4301, 30_000, 70_000], next),
      pick(['', '"'], next),
    ],
    apply: ({ root }, at, piece, times, quote) =>
      replace(root, at, { text: `${quote}${String(piece).repeat(Number(times))}${quote}` }),
  },
  jsonDrop: {
    draw: next => [place(next)],
    apply: ({ root }, at) => {
      const { parent, index } = nodeAt(root, Number(at))
      if (parent && 'items' in parent) parent.items.splice(index, 1)
      if (parent && 'members' in parent) parent.members.splice(index, 1)
    },
  },
  jsonTwice: {
    draw: next => [place(next), pick(SCALARS, next), pick(['before', 'after'], next)],
    apply: ({ root }, at, text, where) => {
      const { parent, index, node } = nodeAt(root, Number(at))
      const other = { text: String(text) }
      const place = where === 'before' ? index : index + 1
      if (parent && 'items' in parent) parent.items.splice(place, 0, where === 'before' ? other : node)
      if (parent && 'members' in parent) parent.members.splice(place, 0, [parent.members[index]![0], other])
    },
  },
  jsonAdd: {
    draw: next => [place(next), pick(KEYS, next), pick(SCALARS, next)],
    apply: ({ root }, at, key, text) => {
      const { node } = nodeAt(root, Number(at))
      if ('items' in node) node.items.push({ text: String(text) })
      if ('members' in node) node.members.push([String(key), { text: String(text) }])
    },
  },
  jsonKey: {
    draw: next => [place(next), pick(KEYS, next)],
    apply: ({ root }, at, key) => {
      const { parent, index } = nodeAt(root, Number(at))
      if (parent && 'members' in parent) parent.members[index]![0] = String(key)
    },
  },
  jsonTurn: {
    draw: next => [place(next)],
    apply: ({ root }, at) => {
      const { node } = nodeAt(root, Number(at))
      if ('items' in node) node.items.reverse()
      if ('members' in node) node.members.reverse()
    },
  },
  jsonDeep: {
    draw: next => [place(next), pick([1, 3, 198, 201, 1_100, 20_000], next), pick(['[', '{"a":'], next)],
    apply: ({ root }, at, depth, open) => {
      const close = open === '[' ? ']' : '}'
      const count = Number(depth)
      replace(root, at, { text: `${String(open).repeat(count)}1${close.repeat(count)}` })
    },
  },
  jsonMany: {
    draw: next => [place(next), pick([3, 1_000, 30_000], next), pick(SCALARS, next)],
    apply: ({ root }, at, count, text) =>
      replace(root, at, { text: `[${Array<string>(Number(count)).fill(String(text)).join(',')}]` }),
  },
  jsonSpace: {
    draw: next => [pick([' ', '\n', '\t\r\n ', '\u00a0', '\ufeff', '\f'], next)],
    apply: (document, space) => {
      document.space = String(space)
    },
  },
}

const place = (next: Random) => below(64, next)

/** Numbers, texts and keys that Python and JavaScript read differently, that are no JSON, or that trip up a schema. */
const SCALARS = [
  ...['0', '1', '-0', '1.0', '-0.0', '1e2', '1E400', '-1e400', '1e-7', '1e16', '0.1', '5e-324', '123456789.123456789'],
  ...[
    '9007199254740993',
    '-9007199254740993',
    '123456789012345678901234567890',
    '1e22',
    '1e21',
    '100000000000000000000.0',
  ],
  ...['NaN', 'Infinity', '-Infinity', 'true', 'false', 'null', '[]', '{}', '[[]]', '[1,1.0,true]'],
  ...['01', '+1', '.5', '1.', '0x10', '1_000', 'tru', 'None', 'True', "'a'", 'undefined', ''],
  ...[
    '""',
    '"a"',
    '"system"',
    '"user"',
    '"None"',
    '"\\ud800"',
    '"\\udc00\\ud800"',
    '"\\ud83d\\ude00"',
    '"😀"',
    '"\\u0000"',
  ],
  ...[
    `"it's"`,
    '"say \\"x\\""',
    `"it's \\"x\\""`,
    '"\\\\"',
    '"\\u00ad\\u200b\\u2028\\u00a0"',
    '"é"',
    '"e\u0301"',
    '"\\x41"',
  ],
  ...[
    '"🫨"',
    '"\\ud83e\\udedc"',
    '"\\u061d"',
    '"a\tb"',
    '"a\u0000b"',
    '"\u007f"',
    '"[\'hi\']"',
    '"Role.USER"',
    '"<Role.USER: \'user\'>"',
  ],
  ...['["Be brief.","hi"]', "\"['Be brief.', 'hi']\"", '["a","b","c"]', '{"a":1,"b":"x"}', '{"b":"x","a":1,"c":2}'],
  ...[
    '{"2":1,"1":2}',
    '{"__proto__":{"a":1}}',
    '{"constructor":1}',
    '{"toString":1,"valueOf":2}',
    '{"a":1,"a":2}',
    '{"then":1}',
  ],
] as const

const PIECES = ['9', '1', 'a', '\\u0000', '😀', '\\ud800', '-', '0', '[', '1e', '\\'] as const

const KEYS = [
  ...[
    '"a"',
    '"b"',
    '"1"',
    '"-1"',
    '"01"',
    '""',
    '"__proto__"',
    '"constructor"',
    '"toString"',
    '"then"',
    '"\\u006dessages"',
  ],
  ...['"messages"', '"roles"', '"name"', '"timeout"', '"dendrite"', '"axon"', '"computed_body_hash"', '"completion"'],
  ...[
    '"required_hash_fields"',
    '"max_tokens"',
    '"release_id"',
    '"note"',
    '"text"',
    '"answer"',
    '"\\ud800"',
    '"a.b"',
    '1',
    'a',
    "'a'",
  ],
] as const

type Found = { node: Node; parent: Node | null; index: number }

/** The node at a place in the order of the text, counted around. */
function nodeAt(root: Node, at: number): Found {
  const all: Found[] = []
  const visit = (node: Node, parent: Node | null, index: number) => {
    all.push({ node, parent, index })
    if ('items' in node) for (const [at, item] of node.items.entries()) visit(item, node, at)
    if ('members' in node) for (const [at, [, value]] of node.members.entries()) visit(value, node, at)
  }
  visit(root, null, 0)
  return all[at % all.length]!
}

function replace(root: Node, at: string | number | undefined, by: Node): void {
  const { node, parent, index } = nodeAt(root, Number(at))
  if (parent && 'items' in parent) parent.items[index] = by
  else if (parent && 'members' in parent) parent.members[index]![1] = by
  else {
    for (const key of Object.keys(node)) delete (node as Record<string, unknown>)[key]
    Object.assign(node, by)
  }
}
