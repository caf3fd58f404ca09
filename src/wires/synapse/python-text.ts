import { floatText } from '../json/python-number.js'
import { JsonNumber, type JsonTree } from '../json/tree.js'
import { isPrintable, NEWEST, type Profile, printableSince, profiles } from './printable.js'

/**
 * Formats a value as Python's `str()` does: a string unchanged, anything else as its `repr`. The SDK hashes this text
 * (opentensor/bittensor bittensor/core/synapse.py body_hash), and which characters are escaped depends on the Unicode
 * version of the caller's interpreter.
 */
export function pythonText(tree: PythonTree, profile: Profile): string {
  if (tree instanceof EnumMember) return tree.strIsValue ? pythonText(tree.value, profile) : tree.name
  return typeof tree === 'string' ? tree : repr(tree, profile)
}

/** A body's value as Python has it after validation: JSON, and members of Enums. */
export type PythonTree = JsonTree | EnumMember | readonly PythonTree[] | ReadonlyMap<string, PythonTree>

/** A member of a Python Enum, which prints with its name: `Role.SYSTEM`. */
export class EnumMember {
  readonly name: string
  readonly value: string | JsonNumber
  readonly strIsValue: boolean

  constructor(name: string, value: string | JsonNumber, strIsValue: boolean) {
    this.name = name
    this.value = value
    this.strIsValue = strIsValue
  }
}

/** The lowest character that Python versions print differently is U+061D; those above U+FFFF have two such halves. */
const LOWEST_YOUNG = 0x061d

/** Returns the Unicode versions, but the oldest, that first printed a character of a `repr` made by `NEWEST`. */
export function youngVersions(newest: string): ReadonlySet<Profile> {
  const found = new Set<Profile>()
  for (let at = 0; at < newest.length; at++) {
    if (newest.charCodeAt(at) < LOWEST_YOUNG) continue
    const since = printableSince(newest.codePointAt(at)!)
    if (since !== null && since !== profiles[0]) found.add(since)
  }
  return found
}

/** Turns a `repr` made by `NEWEST` into that of an older version, which escapes more characters. */
export function olderRepr(newest: string, profile: Profile): string {
  let out = ''
  let copied = 0
  for (let at = 0; at < newest.length; at++) {
    if (newest.charCodeAt(at) < LOWEST_YOUNG) continue
    const codePoint = newest.codePointAt(at)!
    if (!isPrintable(codePoint, NEWEST) || isPrintable(codePoint, profile)) continue
    out += newest.slice(copied, at) + unicodeEscape(codePoint)
    if (codePoint > 0xffff) at++
    copied = at + 1
  }
  return out + newest.slice(copied)
}

function repr(tree: PythonTree, profile: Profile): string {
  if (typeof tree === 'string') return quoted(tree, profile)
  if (tree instanceof JsonNumber) return numberText(tree)
  if (tree instanceof EnumMember) return `<${tree.name}: ${repr(tree.value, profile)}>`
  if (isList(tree)) return `[${tree.map(item => repr(item, profile)).join(', ')}]`
  if (tree instanceof Map) {
    const members = Array.from(tree, ([key, value]) => `${quoted(key, profile)}: ${repr(value, profile)}`)
    return `{${members.join(', ')}}`
  }
  if (tree === null) return 'None'
  return tree ? 'True' : 'False'
}

/** `Array.isArray` alone does not narrow to a readonly array. */
function isList(tree: PythonTree): tree is readonly PythonTree[] {
  return Array.isArray(tree)
}

function numberText(number: JsonNumber): string {
  if (!number.isInteger) return floatText(Number(number.token))
  return number.token === '-0' ? '0' : number.token
}

/** Quotes with single quotes, unless the text has single quotes and no double quotes. */
function quoted(text: string, profile: Profile): string {
  if (!NEEDS_CARE.test(text)) return `'${text}'`
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  let out = quote
  let copied = 0
  for (let at = 0; at < text.length; ) {
    const codePoint = text.codePointAt(at)!
    const next = at + (codePoint > 0xffff ? 2 : 1)
    const mark = escapeOf(codePoint, quote, profile)
    if (mark !== null) {
      out += text.slice(copied, at) + mark
      copied = next
    }
    at = next
  }
  return out + text.slice(copied) + quote
}

/** Matches anything but printable ASCII, and also a single quote and a backslash. */
const NEEDS_CARE = /[^ -~]|['\\]/

function escapeOf(codePoint: number, quote: string, profile: Profile): string | null {
  if (codePoint >= 0x20 && codePoint < 0x7f) {
    return codePoint === 0x5c || codePoint === quote.charCodeAt(0) ? `\\${String.fromCharCode(codePoint)}` : null
  }
  if (codePoint === 0x09) return '\\t'
  if (codePoint === 0x0a) return '\\n'
  if (codePoint === 0x0d) return '\\r'
  if (isPrintable(codePoint, profile)) return null
  return codePoint <= 0xff ? `\\x${hex(codePoint, 2)}` : unicodeEscape(codePoint)
}

function unicodeEscape(codePoint: number): string {
  return codePoint <= 0xffff ? `\\u${hex(codePoint, 4)}` : `\\U${hex(codePoint, 8)}`
}

function hex(codePoint: number, digits: number): string {
  return codePoint.toString(16).padStart(digits, '0')
}
