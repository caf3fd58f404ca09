import { hash } from 'node:crypto'
import { readJson } from '../json/read.js'
import { isArray, isObject, JsonNumber, type JsonObject, type JsonTree } from '../json/tree.js'
import { Refusal } from '../refusal.js'
import type { HashField } from '../wire.js'
import { isPrintable, type Profile } from './printable.js'
import { pythonText } from './python-text.js'

/**
 * The hash that a dendrite puts into `computed_body_hash`, as a Python of that Unicode version computes it: SHA3-256
 * over the hashes of the fields' texts, in lower-case hex (opentensor/bittensor bittensor/core/synapse.py body_hash).
 *
 * @throws {Refusal} MALFORMED when a hashed field is missing, or is itself a string with a lone surrogate
 */
export function bodyHash(tree: JsonObject, hashed: readonly HashField[], profile: Profile): string {
  return sha3(hashed.map(field => sha3(fieldText(tree, field, profile))).join(''))
}

/**
 * All hashes that some Python computes for this body, likeliest first: one, unless it has characters that are younger
 * than the oldest of those interpreters. Lazy, because the first is nearly always the one.
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

// Those of one character are next to each other, so the second hash is the other one that a peer may want.
const LESS_LIKELY: readonly Profile[] = ['15.1', '14.0', '13.0', '12.1', '16.0', '17.0']

/** Is there a character in it that some Pythons print and others escape? */
function isDisputed(tree: JsonTree | undefined): boolean {
  if (typeof tree === 'string') return MAY_BE_DISPUTED.test(tree) && Array.from(tree).some(isYoung)
  if (isObject(tree)) return Array.from(tree).some(member => member.some(isDisputed))
  return tree !== undefined && isArray(tree) && tree.some(isDisputed)
}

/** The lowest of such characters is U+061D; those above U+FFFF are here by their surrogates. */
const MAY_BE_DISPUTED = /[\u0600-\uffff]/

/** What is printable once stays so: if the oldest and the newest agree, all do. */
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

/** A field that is declared a float is one even if the JSON has no point. */
function asFloat(value: JsonTree): JsonTree {
  return value instanceof JsonNumber && value.isInteger ? new JsonNumber(`${BigInt(value.token)}.0`) : value
}

/** A nested model, or a list of them, prints its declared fields in the order of their declaration. */
function inOrder(value: JsonTree, keys: readonly string[]): JsonTree {
  if (isArray(value)) return value.map(item => inOrder(item, keys))
  if (!isObject(value)) return value
  return new Map(keys.flatMap(key => (value.has(key) ? [[key, value.get(key)!] as const] : [])))
}

function sha3(text: string): string {
  return hash('sha3-256', text, 'hex')
}
