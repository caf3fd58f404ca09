import { hash } from 'node:crypto'
import { readJson } from '../json/read.js'
import { isArray, isObject, JsonNumber, type JsonObject, type JsonTree } from '../json/tree.js'
import { Refusal } from '../refusal.js'
import type { HashField, PythonEnum } from '../wire.js'
import { NEWEST, type Profile, profiles } from './printable.js'
import { EnumMember, olderRepr, type PythonTree, pythonText, youngVersions } from './python-text.js'

/**
 * Computes the `computed_body_hash` that a dendrite sends, as a Python of that Unicode version does: SHA3-256 over the
 * hashes of the fields' texts, in lower-case hex (opentensor/bittensor bittensor/core/synapse.py body_hash).
 *
 * @throws {Refusal} MALFORMED when a hashed field is missing, or is a string with a lone surrogate
 */
export function bodyHash(tree: JsonObject, hashed: readonly HashField[], profile: Profile): string {
  return digest(hashed.map(field => fieldText(tree, field, profile).text))
}

/**
 * Yields every hash that some Python version computes for this body, likeliest first. There is only one unless the body
 * has characters that are newer than the oldest of those versions. The body is formatted once, as the newest version
 * does; the others escape more of its characters. Lazy, because the first nearly always matches.
 *
 * @throws {Refusal} as `bodyHash`
 */
export function* bodyHashes(tree: JsonObject, hashed: readonly HashField[]): Generator<string> {
  const newest = hashed.map(field => fieldText(tree, field, NEWEST))
  const young = new Set(newest.flatMap(({ text, isRepr }) => (isRepr ? [...youngVersions(text)] : [])))
  const tried = new Set<number>()
  for (const profile of LIKELIEST_FIRST) {
    // Two versions print a body alike when no character of it came between them.
    const known = [...young].filter(since => profiles.indexOf(since) <= profiles.indexOf(profile)).length
    if (tried.has(known)) continue
    tried.add(known)
    const isNewest = known === young.size
    yield digest(newest.map(({ text, isRepr }) => (isRepr && !isNewest ? olderRepr(text, profile) : text)))
  }
}

// Profiles that print a character alike stand together, so the second hash yielded is the alternative a peer may
// expect.
const LIKELIEST_FIRST: readonly Profile[] = ['15.0', '15.1', '14.0', '13.0', '12.1', '16.0', '17.0']

/** What Python hashes of a field: a string as it is, anything else as its `repr`. */
type FieldText = { readonly text: string; readonly isRepr: boolean }

function fieldText(tree: JsonObject, field: HashField, profile: Profile): FieldText {
  const { name, as, absent, keys, ...enums } = typeof field === 'string' ? { name: field } : { ...field }
  let value = tree.get(name)
  if (value === undefined && absent !== undefined) value = readJson(Buffer.from(absent))
  if (value === undefined) throw new Refusal('MALFORMED', `The body has no ${name}`)
  if (as === 'float') value = asFloat(value)
  if (keys) value = inOrder(value, keys)
  const known = withMembers(value, enums)
  const text = pythonText(known, profile)
  const isRepr = typeof known !== 'string' && !(known instanceof EnumMember)
  if (!isRepr && !text.isWellFormed()) {
    throw new Refusal('MALFORMED', `${name} has a lone surrogate, which has no UTF-8 form`)
  }
  return { text, isRepr }
}

/** Adds the point to the token of a field declared float, because Python hashes it as a float. */
function asFloat(value: JsonTree): JsonTree {
  return value instanceof JsonNumber && value.isInteger ? new JsonNumber(`${BigInt(value.token)}.0`) : value
}

/** Reorders a nested model, or a list of them, to its declared fields: Python prints them in declaration order. */
function inOrder(value: JsonTree, keys: readonly string[]): JsonTree {
  if (isArray(value)) return value.map(item => inOrder(item, keys))
  if (!isObject(value)) return value
  return new Map(keys.flatMap(key => (value.has(key) ? [[key, value.get(key)!] as const] : [])))
}

type Enums = { readonly enum?: PythonEnum; readonly enums?: Readonly<Record<string, PythonEnum>> }

/** Replaces values that are members of an Enum, in lists and models, too. */
function withMembers(value: JsonTree, { enum: own, enums = {} }: Enums): PythonTree {
  if (isArray(value)) return value.map(item => withMembers(item, { ...(own && { enum: own }), enums }))
  if (isObject(value))
    return new Map(
      Array.from(value, ([key, item]) => {
        const of = Object.hasOwn(enums, key) ? enums[key] : own
        return [key, withMembers(item, { ...(of && { enum: of }), enums })]
      }),
    )
  return (own && memberOf(own, value)) ?? value
}

function memberOf({ name, members, str }: PythonEnum, value: JsonTree): EnumMember | undefined {
  if (typeof value !== 'string' && !(value instanceof JsonNumber)) return undefined
  const plain = typeof value === 'string' ? value : Number(value.token)
  const found = Object.entries(members).find(([, one]) => one === plain)
  return found && new EnumMember(`${name}.${found[0]}`, value, str === 'value')
}

function digest(texts: readonly string[]): string {
  return sha3(texts.map(sha3).join(''))
}

function sha3(text: string): string {
  return hash('sha3-256', text, 'hex')
}
