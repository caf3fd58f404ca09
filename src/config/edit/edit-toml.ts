import { tomlOf } from '../describe/toml.js'
import type { Table } from '../values/convert.js'
import { type Edit, edited, isSameTable, lostTexts } from './edit.js'

// The syntax tree of toml-patch, whose types are not exported. Lines count from 1.
type Span = { readonly start: { readonly line: number }; readonly end: { readonly line: number } }
type Comment = { readonly type: 'Comment'; readonly raw: string; readonly loc: Span }
type KeyValue = { readonly type: 'KeyValue'; readonly key: Key; readonly loc: Span }
type Key = { readonly value: readonly string[] }
type Row = KeyValue | Comment
type Block =
  | Row
  | { readonly type: 'Table'; readonly key: { readonly item: Key }; readonly items: readonly Row[]; readonly loc: Span }
  | { readonly type: 'TableArray' }

/** The lines of a file with the rows of the table that is changed, and where all comments stand. */
type Lines = {
  readonly lines: readonly string[]
  readonly blocks: readonly Block[]
  /** the rows of the table that is changed; null when no header begins it */
  readonly rows: readonly Row[] | null
  /** the line of the header of the table; 0 for the top */
  readonly header: number
}

/**
 * Changes one setting in a TOML file, and leaves every comment and all other lines as they are. A new key goes below the
 * comment that shows it (`# port = 8091`), if there is one; a comment of what is removed stays on a line of its own.
 *
 * @param text valid TOML
 * @returns the new text; undefined when no change of the text that was tried reads back as the change
 */
export async function editToml(text: string, edit: Edit): Promise<string | undefined> {
  const [{ patch, parseDocument }, { parse }] = await Promise.all([
    import('@decimalturn/toml-patch'),
    import('smol-toml'),
  ])
  const read = (toml: string): Table => parse(toml, { integersAsBigInt: 'asNeeded' })
  const expected = edited(read(text), edit)
  const linesOf = (toml: string) =>
    splitLines(toml, parseDocument(toml).cst as unknown as readonly Block[], edit.section)
  const comments = (toml: string) => commentsIn(linesOf(toml).blocks).map(({ raw }) => raw)
  const isGood = (toml: string) =>
    isSameTable(read(toml), expected) && lostTexts(comments(text), comments(toml)).length === 0

  const ways = [
    () => (edit.value === undefined ? withoutRow(linesOf(text), edit) : withRow(linesOf(text), edit)),
    () => patch(text, expected),
    () => {
      const patched = patch(text, expected)
      return withComments(linesOf(patched), edit, lostTexts(comments(text), comments(patched)))
    },
  ]
  const newLine = text.includes('\r\n') ? '\r\n' : '\n'
  return ways
    .map(way => attempt(way)?.replace(/\r?\n/g, newLine))
    .find(toml => toml !== undefined && attempt(() => isGood(toml)))
}

/** Undefined for what throws: the next way is tried, and what comes out of it is read back. */
function attempt<Result>(way: () => Result): Result | undefined {
  try {
    return way()
  } catch {
    return undefined
  }
}

function splitLines(text: string, blocks: readonly Block[], section: string): Lines {
  const lines = text.split(/\r?\n/)
  if (section === '') return { lines, blocks, rows: blocks.filter(isRow), header: 0 }
  const table = blocks.find(block => block.type === 'Table' && block.key.item.value.join('.') === section)
  if (table?.type !== 'Table') return { lines, blocks, rows: null, header: 0 }
  return { lines, blocks, rows: table.items, header: table.loc.start.line }
}

function isRow(block: Block): block is Row {
  return block.type === 'KeyValue' || block.type === 'Comment'
}

/** Adds a line for a key that the table lacks; undefined when it has the key, or is no table with a header. */
function withRow(all: Lines, { section, keys, value }: Edit): string | undefined {
  const { lines, blocks, rows, header } = all
  const line = `${keys[0]} = ${tomlOf(value)}`
  const isElsewhere = blocks.some(block => block.type === 'KeyValue' && block.key.value[0] === section)
  if (!rows && isElsewhere) return undefined
  const above = trimEnd(lines)
  if (!rows) return [...above, ...(above.length > 0 ? [''] : []), `[${section}]`, line, ''].join('\n')
  if (rowOf(all, { section, keys })) return undefined
  const shown = rows.find(row => row.type === 'Comment' && isShown(row.raw, keys))
  const last = rows.findLast(row => row.type === 'KeyValue')
  const at = shown?.loc.end.line ?? last?.loc.end.line ?? (header || endOfHead(lines))
  // Above the first table of a file, a line of its own keeps the comment of that table with it.
  const isApart = header === 0 && !shown && !last && at < lines.length && lines[at]?.trim() !== ''
  return [...lines.slice(0, at), line, ...(isApart ? [''] : []), ...lines.slice(at)].join('\n')
}

/** The lines that begin a file up to the first blank one, if they are comments: they are about the whole file. */
function endOfHead(lines: readonly string[]): number {
  const blank = lines.findIndex(line => line.trim() === '')
  const isHead = blank > 0 && lines.slice(0, blank).every(line => line.startsWith('#'))
  return isHead ? blank + 1 : 0
}

function isShown(comment: string, keys: readonly string[]): boolean {
  return keys.some(key => new RegExp(`^#\\s*${key}\\s*=`).test(comment))
}

/** The lines of the key, in its table or written with it: `axon.port = 9000`. */
function rowOf({ rows, blocks }: Lines, { section, keys }: Pick<Edit, 'section' | 'keys'>): KeyValue | undefined {
  const dotted = section === '' ? [] : keys.map(key => [section, key].join())
  const find = (among: readonly Block[], paths: readonly string[]) =>
    among.find((row): row is KeyValue => row.type === 'KeyValue' && paths.includes(row.key.value.join()))
  return find(rows ?? [], keys) ?? find(blocks, dotted)
}

/** Removes the lines of a key; undefined when it has no lines of its own. The comments in these lines stay. */
function withoutRow(all: Lines, edit: Edit): string | undefined {
  const { lines, blocks } = all
  const row = rowOf(all, edit)
  if (!row) return undefined
  const { start, end } = row.loc
  const kept = commentsIn(blocks).filter(({ loc }) => isWithin(loc, row.loc))
  return [...lines.slice(0, start.line - 1), ...kept.map(({ raw }) => raw), ...lines.slice(end.line)].join('\n')
}

function isWithin(one: Span, other: Span): boolean {
  return one.start.line >= other.start.line && one.start.line <= other.end.line
}

/** Puts comments above the line of the key. */
function withComments(all: Lines, edit: Edit, comments: readonly string[]): string | undefined {
  const { lines } = all
  const row = rowOf(all, edit)
  if (!row) return undefined
  const at = row.loc.start.line - 1
  return [...lines.slice(0, at), ...comments, ...lines.slice(at)].join('\n')
}

function trimEnd(lines: readonly string[]): readonly string[] {
  return lines.slice(0, lines.findLastIndex(line => line.trim() !== '') + 1)
}

/** All comments of a file, those within values too. */
function commentsIn(node: unknown): readonly Comment[] {
  if (Array.isArray(node)) return node.flatMap(commentsIn)
  if (typeof node !== 'object' || node === null) return []
  if ('type' in node && node.type === 'Comment') return [node as Comment]
  return Object.values(node).flatMap(commentsIn)
}
