import type { Document, Node, Pair, YAMLMap } from 'yaml'
import { yamlOptions } from '../layers/yaml-text.js'
import { isTable, type Table } from '../values/convert.js'
import { type Edit, edited, isSameTable, lostTexts, presentKey } from './edit.js'

/**
 * Changes one setting in a YAML file, and leaves every comment. A new key is written as the file has its others: with the name
 * of its group before it (`axon.port: 9000`), or in the group.
 *
 * @param text valid YAML
 * @returns the new text; undefined when it does not read back as the change, or a comment is lost
 */
export async function editYaml(text: string, edit: Edit): Promise<string | undefined> {
  if (!text.includes('\r\n')) return editLines(text, edit)
  return (await editLines(text.replaceAll('\r\n', '\n'), edit))?.replaceAll('\n', '\r\n')
}

async function editLines(text: string, edit: Edit): Promise<string | undefined> {
  const { isMap, isNode, isScalar, parseDocument } = await import('yaml')
  const read = (yaml: string): Table => parseDocument(yaml, yamlOptions).toJS() ?? {}
  // Quotes text that readers of YAML 1.2 would take for something else.
  const document: Document = parseDocument(text, { ...yamlOptions, compat: 'core' })
  const table = read(text)
  const path = placeOf(table, edit)
  if (edit.value !== undefined) {
    if (!isMap(document.contents)) document.contents = document.createNode({}) as never
    const [group = '', key] = path
    // A group that is missing would become an ordered map, with a tag.
    if (key !== undefined && !isMap(document.get(group, true))) document.set(group, document.createNode({}))
    document.setIn(path, isScalar(document.getIn(path, true)) ? edit.value : document.createNode(edit.value))
  } else if (document.hasIn(path)) {
    const group = document.getIn(path.slice(0, -1), true) ?? document.contents
    if (isMap(group)) removeFrom(group, path.at(-1)!, { isNode })
  }
  const changed = edit.value === undefined && !hasAt(table, path) ? text : document.toString({ lineWidth: 0 })
  const [section, key] = path.length === 1 ? ['', path[0]!] : [path[0]!, path[1]!]
  const expected = edited(table, { section, keys: [key], value: edit.value })
  const isGood = isSameTable(read(changed), expected) && lostTexts(commentsIn(text), commentsIn(changed)).length === 0
  return isGood ? changed : undefined
}

/** Where the setting stands, or where it is to be written: as one key with a dot, or in its group. */
function placeOf(table: Table, { section, keys }: Edit): readonly string[] {
  if (section === '') return [presentKey(table, keys) ?? keys[0]!]
  const dotted = keys.map(key => `${section}.${key}`)
  const flat = presentKey(table, dotted)
  if (flat !== undefined) return [flat]
  const group = table[section]
  if (isTable(group)) return [section, presentKey(group, keys) ?? keys[0]!]
  const isFlat = Object.keys(table).some(key => key.includes('.'))
  return isFlat ? [dotted[0]!] : [section, keys[0]!]
}

function hasAt(table: Table, path: readonly string[]): boolean {
  const [first = '', second] = path
  const inner = table[first]
  return second === undefined ? Object.hasOwn(table, first) : isTable(inner) && Object.hasOwn(inner, second)
}

/** Removes a key. Its comments go to the key below it, or to the end of the group. */
function removeFrom(
  group: YAMLMap,
  key: string,
  { isNode }: { readonly isNode: (value: unknown) => value is Node },
): void {
  const at = group.items.findIndex(pair => String(pair.key) === key)
  const [removed] = group.items.splice(at, 1)
  const comments = nodesOf(removed).flatMap(node => [node.commentBefore, node.comment])
  const text = comments.filter(comment => comment).join('\n')
  if (text === '') return
  const next = group.items[at]?.key
  if (isNode(next)) next.commentBefore = next.commentBefore ? `${text}\n${next.commentBefore}` : text
  else group.comment = group.comment ? `${text}\n${group.comment}` : text
}

function nodesOf(pair: Pair | undefined): readonly Node[] {
  return [pair?.key, pair?.value].filter(node => typeof node === 'object' && node !== null) as Node[]
}

/** The comments of a file, without the space around them; also what looks like one in a text, which is the same before and after. */
function commentsIn(yaml: string): readonly string[] {
  return [...yaml.matchAll(/(?:^|\s)#(.*)$/gm)].map(([, comment = '']) => comment.trim())
}
