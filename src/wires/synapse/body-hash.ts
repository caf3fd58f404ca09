import { hash } from 'node:crypto'
import { readJson } from '../json/read.js'
import { isArray, isObject, JsonNumber, type JsonObject, type JsonTree } from '../json/tree.js'
import { Refusal } from '../refusal.js'
import type { HashField } from '../wire.js'
import { isPrintable, type Profile } from './printable.js'
import { pythonText } from './python-text.js'

/**
 * Computes the `computed_body_hash` that a dendrite sends, as a Python of that Unicode version does: SHA3-256 over the
 * hashes of the fields' texts, in lower-case hex (opentensor/bittensor bittensor/core/synapse.py body_hash).
 *
 * @throws {Refusal} MALFORMED when a hashed field is missing, or is a string with a lone surrogate
 */
export function bodyHash(tree: JsonObject, hashed: readonly HashField[], profile: Profile): string {
  return sha3(hashed.map(field => sha3(fieldText(tree, field, profile))).join(''))
}

/**
 * Yields every hash that some Python version computes for this body, likeliest first. There is only one unless the body
 * has characters that are newer than the oldest of those versions. Lazy, because the first nearly always matches.
 *
 * @throws {Refusal} as `bodyHash`
 */
export function* bodyHashes(tree: JsonObject, hashed: readonly HashField[]): Generator<string> {
  const first = bodyHash(tree, hashed, '15.0')
  yield first
  if (!hashed.some(field => isDisputed(tree.get(typeof field === 'string' ? field : field.name)))) return
  const seen = new Set([first])
  for (const profile of LESS_LIKELY) {
    const other = bodyHash(tree, hashed, profile)
    if (!seen.has(other)) yield other
    seen.add(other)
  }
}

// Profiles that print a character alike stand together, so the second hash yielded is the alternative a peer may
// expect.
const LESS_LIKELY: readonly Profile[] = ['15.1', '14.0', '13.0', '12.1', '16.0', '17.0']

/** Returns whether the tree has a character that some Python versions print and others escape. */
function isDisputed(tree: JsonTree | undefined): boolean {
  if (typeof tree === 'string') return MAY_BE_DISPUTED.test(tree) && Array.from(tree).some(isYoung)
  if (isObject(tree)) return Array.from(tree).some(member => member.some(isDisputed))
  return tree !== undefined && isArray(tree) && tree.some(isDisputed)
}

/** Prefilter: the lowest such character is U+061D; those above U+FFFF match by their surrogates. */
const MAY_BE_DISPUTED = /[\u0600-\uffff]/

/** A printable character stays printable in later versions, so if the oldest and the newest agree, all do. */
function isYoung(character: string): boolean {
  const codePoint = character.codePointAt(0)!
  return isPrintable(codePoint, '17.0') && !isPrintable(codePoint, '12.1')
}

function fieldText(tree: JsonObject, field: HashField, profile: Profile): string {
  const { name, as, absent, keys } = typeof field === 'string' ? { name: field } : { ...field }
  let value = tree.get(name)
  if (value === undefined && absent !== undefined) value = readJson(Buffer.from(absent))
  if (value === undefined) throw new Refusal('MALFORMED', `The body has no ${name}`)
  if (as === 'float') value = asFloat(value)
  if (keys) value = inOrder(value, keys)
  const text = pythonText(value, profile)
  if (typeof value === 'string' && !text.isWellFormed()) {
    throw new Refusal('MALFORMED', `${name} has a lone surrogate, which has no UTF-8 form`)
  }
  return text
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

function sha3(text: string): string {
  return hash('sha3-256', text, 'hex')
}
