import { type Document, isMap, isNode, isScalar, type Node, type Pair, parseDocument, visit, type YAMLMap } from 'yaml'
import { valuesByWrittenKeys, writtenKey, yamlOptions } from '../layers/yaml-text.js'
import { isTable, type Table } from '../values/convert.js'
import { type Edit, editedAt, hasAt, isSameTable, lostTexts, pathOf, presentKey } from './edit.js'

/**
 * Changes one setting in a YAML file, and leaves every comment. A new key is written as the file has its others: with the name
 * of its group before it (`axon.port: 9000`), or in the group.
 *
 * @param text valid YAML
 * @returns the new text; undefined when it does not read back as the change, or a comment is lost
 */
export function editYaml(text: string, edit: Edit): string | undefined {
  if (!text.includes('\r\n')) return editLines(text, edit)
  return editLines(text.replaceAll('\r\n', '\n'), edit)?.replaceAll('\n', '\r\n')
}

function editLines(text: string, edit: Edit): string | undefined {
  const read = (yaml: string) => valuesByWrittenKeys(parseDocument(yaml, yamlOptions)) as Table
  // Quotes text that readers of YAML 1.2 would take for something else.
  const document: Document = parseDocument(text, { ...yamlOptions, compat: 'core' })
  const table = read(text)
  const path = [...placeOf(table, edit), ...(edit.within ?? [])]
  if (edit.value === undefined && !hasAt(table, path)) return text
  const [group, key] = [path.slice(0, -1), path.at(-1)!]
  if (edit.value !== undefined) {
    if (!isMap(document.contents)) document.contents = document.createNode({}) as never
    // A group that is missing would become an ordered map, with a tag.
    if (group.length > 0 && !isMap(document.getIn(group, true))) document.setIn(group, document.createNode({}))
    setAt(document, path, edit.value)
  } else {
    const from = group.length > 0 ? document.getIn(group, true) : document.contents
    if (isMap(from)) removeFrom(from, key)
  }
  const changed = document.toString({ lineWidth: 0 })
  const isGood =
    isSameTable(read(changed), editedAt(table, path, edit.value)) &&
    lostTexts(commentsIn(text), commentsIn(changed)).length === 0
  return isGood ? changed : undefined
}

/** Where the setting stands, or where it is to be written: as one key with a dot, or in its group. */
function placeOf(table: Table, { section, keys, oldKeys = [] }: Edit): readonly string[] {
  const own = ownPlace(table, { section, keys })
  if (hasAt(table, own)) return own
  return oldKeys.map(key => pathOf(table, key)).find(path => path !== undefined) ?? own
}

function ownPlace(table: Table, { section, keys }: Pick<Edit, 'section' | 'keys'>): readonly string[] {
  if (section === '') return [presentKey(table, keys) ?? keys[0]!]
  const dotted = keys.map(key => `${section}.${key}`)
  const flat = presentKey(table, dotted)
  if (flat !== undefined) return [flat]
  const group = table[section]
  if (isTable(group)) return [section, presentKey(group, keys) ?? keys[0]!]
  const isFlat = Object.keys(table).some(key => key.includes('.'))
  return isFlat ? [dotted[0]!] : [section, keys[0]!]
}

/** Sets a value. In a table, each key by itself, so that the comments of the others stay. */
function setAt(document: Document, path: readonly string[], value: unknown): void {
  const node = document.getIn(path, true)
  if (!isMap(node) || !isTable(value)) {
    document.setIn(path, isScalar(node) ? value : document.createNode(value))
    return
  }
  const gone = node.items.map(({ key }) => String(writtenKey(key))).filter(key => !Object.hasOwn(value, key))
  for (const key of gone) removeFrom(node, key)
  for (const [key, item] of Object.entries(value)) setAt(document, [...path, key], item)
}

/** Removes a key. Its comments go to the key below it, or to the end of the group. */
function removeFrom(group: YAMLMap, key: string): void {
  const at = group.items.findIndex(pair => writtenKey(pair.key) === key)
  if (at === -1) return // it comes from a merge key
  const [removed] = group.items.splice(at, 1)
  const comments = nodesOf(removed).flatMap(node => [node.commentBefore, node.comment])
  const text = comments.filter(comment => comment).join('\n')
  if (text === '') return
  const next = group.items[at]?.key
  if (isNode(next)) next.commentBefore = next.commentBefore ? `${text}\n${next.commentBefore}` : text
  else group.comment = group.comment ? `${text}\n${group.comment}` : text
}

/** All nodes of a pair, those within its value too. */
function nodesOf(pair: Pair | undefined): readonly Node[] {
  const nodes: Node[] = []
  for (const part of [pair?.key, pair?.value])
    if (isNode(part)) visit(part, { Node: (_, node) => void nodes.push(node) })
  return nodes
}

/** The comments of a file, without the space around them; also what looks like one in a text, which is the same before and after. */
function commentsIn(yaml: string): readonly string[] {
  return [...yaml.matchAll(/(?:^|\s)#(.*)$/gm)].map(([, comment = '']) => comment.trim())
}
