import {
  type Document,
  type DocumentOptions,
  isScalar,
  LineCounter,
  type ParseOptions,
  parseDocument,
  type Scalar,
  type ScalarTag,
  type SchemaOptions,
  type Tags,
  visit,
  type YAMLError,
} from 'yaml'
import { escapeName } from '../../text/escape.js'
import { isTable } from '../values/convert.js'
import { isTooDeep } from '../values/depth.js'
import type { ParsedText } from './toml-text.js'

// PyYAML's safe_load read the files of the Python SDK. It takes `yes` and `on` for true, and `y`, `1e3`, `08` and `.` for text
// (yaml/pyyaml lib/yaml/resolver.py, Resolver.add_implicit_resolver). Where the parser has another pattern than PyYAML, that of
// PyYAML stands here.
const TRUE = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/
const FALSE = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/
const patterns: ReadonlyMap<string, RegExp> = new Map([
  ['int', /^[-+]?(?:0|[1-9][0-9_]*)$/],
  ['int TIME', /^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+$/],
  ['float', /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)$/],
  ['float EXP', /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)[eE][-+][0-9]+$/],
  [
    'timestamp',
    /^\d{4}-(?:\d\d-\d\d|\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?)$/,
  ],
])

/** How YAML is read, and written back. */
export const yamlOptions: DocumentOptions & ParseOptions & SchemaOptions = {
  version: '1.1',
  schema: 'yaml-1.1', // also where the file says `%YAML 1.2`, which PyYAML ignores
  prettyErrors: false, // they quote the file, which may hold a secret
  logLevel: 'error', // prints no warnings; 'silent' would hide a second document
  customTags: tags => tags.map(asPyYaml),
  uniqueKeys: (one, other) => writtenKey(one) !== MERGE && writtenKey(one) === writtenKey(other),
}

const MERGE = '<<'

/** Returns the text of a key as the file has it: `on` and `08`, which are a truth and a number where they are values. */
export function writtenKey(key: unknown): unknown {
  if (typeof key !== 'object' || key === null || !('value' in key)) return key
  const { value, source } = key as Scalar
  return typeof value === 'string' ? value : (source ?? String(value))
}

/** Returns what a document holds, with its keys as they are written. */
export function valuesByWrittenKeys(document: Document): unknown {
  visit(document, {
    Pair(_, { key }) {
      if (isScalar(key) && key.source !== MERGE) key.value = writtenKey(key)
    },
  })
  return document.toJS({ maxAliasCount: 100 }) ?? {}
}

function asPyYaml(tag: Tags[number]): Tags[number] {
  if (!isScalarTag(tag)) return tag
  const kind = tag.tag.replace('tag:yaml.org,2002:', '')
  if (kind === 'bool') return { ...tag, test: tag.identify?.(true) ? TRUE : FALSE }
  const isInfinity = tag.test?.test('.inf')
  const pattern = patterns.get([kind, tag.format].filter(Boolean).join(' '))
  return pattern && !isInfinity ? { ...tag, test: pattern } : tag
}

function isScalarTag(tag: Tags[number]): tag is ScalarTag {
  return typeof tag === 'object' && tag.collection === undefined
}

/** Parses YAML 1.1: one document, a mapping, without tags of its own. An empty file is an empty mapping. */
export function parseYamlText(text: string): ParsedText {
  const lines = new LineCounter()
  try {
    const document: Document = parseDocument(text, { ...yamlOptions, lineCounter: lines })
    const [wrong] = [...document.errors, ...document.warnings]
    if (wrong) {
      const { line, col } = lines.linePos(wrong.pos[0])
      return fault(`is not valid YAML: ${summaryOf(wrong)}`, { line, column: col })
    }
    const table = valuesByWrittenKeys(document)
    if (!isTable(table)) return fault('is not a mapping of settings')
    return isTooDeep(table) ? fault('is nested too deeply') : { table }
  } catch (error) {
    // The parser is recursive, and refuses aliases that make a file grow beyond measure.
    if (error instanceof RangeError) return fault('is nested too deeply')
    if (error instanceof ReferenceError)
      return fault(
        /^Excessive/.test(error.message) ? 'has aliases that stand for too much' : 'has an alias without its anchor',
      )
    if (error instanceof Error && error.message.startsWith('Merge sources'))
      return fault('merges what is not a mapping')
    throw error
  }
}

/** The parser's words, without what they quote of the file behind a colon. */
function summaryOf({ code, message }: YAMLError): string {
  if (code === 'MULTIPLE_DOCS') return 'it has more than one document'
  if (message.startsWith('Maximum call stack')) return 'it is nested too deeply'
  return escapeName(message.replace(/(?<=\S): .*$/s, ''))
}

function fault(words: string, place: { readonly line?: number; readonly column?: number } = {}): ParsedText {
  return {
    fault: words,
    ...place,
    hint: 'fix that line: `axon.port: 9000`, each key once, text with a colon in quotes',
  }
}
