import { tomlKey, tomlOf } from '../describe/toml.js'
import type { Table } from '../values/convert.js'
import { type Edit, editedAt, editedPath, isSameTable, lostTexts } from './edit.js'

// The syntax tree of toml-patch, whose types are not exported. Lines count from 1.
type Span = { readonly start: { readonly line: number }; readonly end: { readonly line: number } }
type Comment = { readonly type: 'Comment'; readonly raw: string; readonly loc: Span }
type KeyValue = { readonly type: 'KeyValue'; readonly key: Key; readonly loc: Span }
type Key = { readonly value: readonly string[] }
type Row = KeyValue | Comment
type Header = {
  readonly type: 'Table'
  readonly key: { readonly item: Key }
  readonly items: readonly Row[]
  readonly loc: Span
}
type Block = Row | Header | { readonly type: 'TableArray' }

/** The lines of a file and what stands in them. */
type Lines = { readonly lines: readonly string[]; readonly blocks: readonly Block[] }

/** A change of the value at a path. */
type Change = Pick<Edit, 'value'> & {
  readonly path: readonly string[]
  /** the spellings of the last key */
  readonly names: readonly string[]
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
  const path = editedPath(read(text), edit)
  const change: Change = { path, names: edit.within ? path.slice(-1) : edit.keys, value: edit.value }
  const expected = editedAt(read(text), path, edit.value)
  const linesOf = (toml: string): Lines => {
    return { lines: toml.split(/\r?\n/), blocks: parseDocument(toml).cst as unknown as readonly Block[] }
  }
  const comments = (toml: string) => commentsIn(linesOf(toml).blocks).map(({ raw }) => raw)
  const isGood = (toml: string) =>
    isSameTable(read(toml), expected) && lostTexts(comments(text), comments(toml)).length === 0

  const ways = [
    () => (edit.value === undefined ? withoutRow(linesOf(text), path) : withRow(linesOf(text), change)),
    () => patch(text, expected),
    () => {
      const patched = patch(text, expected)
      return withComments(linesOf(patched), path, lostTexts(comments(text), comments(patched)))
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

function isRow(block: Block): block is Row {
  return block.type === 'KeyValue' || block.type === 'Comment'
}

/** Adds a line for a key that the table lacks; undefined when it has the key, or is no table with a header. */
function withRow(all: Lines, { path, names, value }: Change): string | undefined {
  const { lines, blocks } = all
  const group = path.slice(0, -1)
  const header = blocks.find((block): block is Header => block.type === 'Table' && isSame(block.key.item.value, group))
  if (rowOf(all, path)) return undefined
  const line = `${tomlKey(path.at(-1)!)} = ${tomlOf(value)}`
  const above = trimEnd(lines)
  if (group.length > 0 && !header) {
    if (rowsOf(blocks).some(one => isPartOf(one, group))) return undefined
    return [...above, ...(above.length > 0 ? [''] : []), `[${group.map(tomlKey).join('.')}]`, line, ''].join('\n')
  }
  const rows = header ? header.items : blocks.filter(isRow)
  const shown = rows.find(row => row.type === 'Comment' && isShown(row.raw, names))
  const last = rows.findLast(row => row.type === 'KeyValue')
  const at = shown?.loc.end.line ?? last?.loc.end.line ?? header?.loc.start.line ?? endOfHead(lines)
  // Above the first table of a file, a line of its own keeps the comment of that table with it.
  const isApart = !header && !shown && !last && at < lines.length && lines[at]?.trim() !== ''
  return [...lines.slice(0, at), line, ...(isApart ? [''] : []), ...lines.slice(at)].join('\n')
}

/** The lines that begin a file up to the first blank one, if they are comments: they are about the whole file. */
function endOfHead(lines: readonly string[]): number {
  const blank = lines.findIndex(line => line.trim() === '')
  const isHead = blank > 0 && lines.slice(0, blank).every(line => line.startsWith('#'))
  return isHead ? blank + 1 : 0
}

function isShown(comment: string, names: readonly string[]): boolean {
  const text = comment.replace(/^#\s*/, '')
  return names.map(tomlKey).some(key => text.startsWith(key) && /^\s*=/.test(text.slice(key.length)))
}

/** The row of a key, wherever it stands: `port = 1` below `[axon]`, or `axon.port = 1`. */
function rowOf({ blocks }: Lines, path: readonly string[]): KeyValue | undefined {
  return rowsOf(blocks).find(one => isSame(one.path, path))?.row
}

/** All rows of a file outside lists of tables, with the names of their tables before their keys. */
function rowsOf(blocks: readonly Row[] | readonly Block[], table: readonly string[] = []): readonly PlacedRow[] {
  return blocks.flatMap((block: Block) => {
    if (block.type === 'Table') return rowsOf(block.items, block.key.item.value)
    return block.type === 'KeyValue' ? [{ path: [...table, ...block.key.value], row: block }] : []
  })
}

type PlacedRow = { readonly path: readonly string[]; readonly row: KeyValue }

/** Returns whether a row makes a part of a table that has no header for it, so that none may be added. */
function isPartOf({ path, row }: PlacedRow, table: readonly string[]): boolean {
  const isBelow = path.length - row.key.value.length > table.length
  return !isBelow && (startsWith(path, table) || startsWith(table, path))
}

function isSame(path: readonly string[], other: readonly string[]): boolean {
  return path.length === other.length && startsWith(path, other)
}

function startsWith(path: readonly string[], start: readonly string[]): boolean {
  return start.every((key, index) => path[index] === key)
}

/** Removes the lines of a key; undefined when it has no lines of its own. The comments in these lines stay. */
function withoutRow(all: Lines, path: readonly string[]): string | undefined {
  const { lines, blocks } = all
  const [only, ...others] = rowsOf(blocks).filter(one => startsWith(one.path, path))
  // A table may consist of one row: `hotkeys.5F = "1usd/day"`.
  const row = rowOf(all, path) ?? (others.length === 0 ? only?.row : undefined)
  if (!row) return undefined
  const { start, end } = row.loc
  const kept = commentsIn(blocks).filter(({ loc }) => isWithin(loc, row.loc))
  return [...lines.slice(0, start.line - 1), ...kept.map(({ raw }) => raw), ...lines.slice(end.line)].join('\n')
}

function isWithin(one: Span, other: Span): boolean {
  return one.start.line >= other.start.line && one.start.line <= other.end.line
}

/** Puts comments above the line of the key. */
function withComments(all: Lines, path: readonly string[], comments: readonly string[]): string | undefined {
  const { lines } = all
  const row = rowOf(all, path)
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
