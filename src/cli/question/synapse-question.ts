import * as z from 'zod'
import type { Route } from '../../plugin/dialect.js'
import type { Message } from '../../plugin/miner.js'
import { hashVersions, requiredFields } from '../../plugin/route-fields.js'
import { closest } from '../../text/closest.js'
import { quote } from '../../text/escape.js'
import { fieldsOf, toPlain } from '../../wires/json/convert.js'
import type { JsonObject } from '../../wires/json/tree.js'
import type { HashField } from '../../wires/wire.js'
import type { PrintedMessage } from '../errors/format-message.js'
import { UsageError } from '../errors/usage-error.js'
import { readBodyFlag } from './body.js'
import type { ChosenSynapse } from './choose-synapse.js'
import { readQuestion, type Typed } from './question.js'

/** A question as a synapse. */
export type SynapseQuestion = {
  readonly synapse: string
  /** all fields, in the order of their declaration */
  readonly fields: JsonObject
  /** whether the fields are those of the example, unchanged */
  readonly isExample: boolean
  readonly required: readonly string[]
  readonly frozen: readonly string[]
  readonly hashed: readonly HashField[]
  /** the field that holds the whole of the answer, as text; undefined when there is no such field */
  readonly into: string | undefined
}

/**
 * Reads the question to a synapse: the route's example, with the typed fields over it.
 *
 * @throws {UsageError} when the question is given in two ways, or the synapse cannot hold it
 * @throws {ConversationError}
 */
export async function readSynapseQuestion(
  { name, route }: ChosenSynapse,
  { body, text, roles, messages }: Typed & { readonly body?: string | undefined },
): Promise<SynapseQuestion> {
  const typed = { text, roles, messages }
  const given = body === undefined ? await typedFields(name, route, typed) : await bodyFields(body, typed)
  return questionOf({ name, route }, given)
}

/**
 * Makes a question of the route's example, with the fields of `--body` over it.
 *
 * @throws {UsageError} BODY_MALFORMED …
 */
export async function exampleQuestion(synapse: ChosenSynapse, body: string | undefined): Promise<SynapseQuestion> {
  return questionOf(synapse, body === undefined ? new Map() : await readBodyFlag(body))
}

function questionOf({ name, route }: ChosenSynapse, given: JsonObject): SynapseQuestion {
  const example = fieldsOf(route.example)
  const fields = new Map([...example, ...given])
  const hashed = hashVersions(route)[0]!
  requireHashable(fields, hashed)
  return {
    synapse: name,
    fields,
    isExample: given.size === 0,
    required: requiredFields(route),
    // A dialect does not declare which fields a class freezes; what the axon changed is worth showing in any case.
    frozen: [],
    hashed,
    into: typeof route.example.completion === 'string' ? 'completion' : undefined,
  }
}

/** Does its synapse hold a conversation: TEXT, or roles and messages? */
export function takesText({ example }: Route): boolean {
  return formOf(example) !== null
}

async function bodyFields(body: string, { text, roles, messages }: Typed): Promise<JsonObject> {
  if (text !== undefined || roles !== undefined || messages !== undefined) {
    const hint = 'leave out one of them; messages can stand in --body'
    throw new UsageError('QUESTION_TWICE', 'TEXT, --roles or --messages do not go together with --body', hint)
  }
  return readBodyFlag(body)
}

/**
 * Puts the typed conversation into the synapse's fields. When nothing is typed, a synapse of roles and messages reads
 * standard input, unless that is a terminal.
 */
async function typedFields(name: string, { example }: Route, typed: Typed): Promise<JsonObject> {
  const form = formOf(example)
  const isTyped = Object.values(typed).some(value => value !== undefined)
  if (form === null && isTyped) {
    const hint = `--body '{"${Object.keys(example)[0]}": …}', or nothing at all for an example`
    throw new UsageError('NO_CONVERSATION', `${name} takes no TEXT: it has no messages`, hint)
  }
  const isPiped = form === asLists && !process.stdin.isTTY
  return form !== null && (isTyped || isPiped) ? fieldsOf(form(await readQuestion(typed, 'query'))) : new Map()
}

/** Refuses an unpaired surrogate in a hashed field: the SDK's Python raises when it hashes one. */
function requireHashable(fields: JsonObject, hashed: readonly HashField[]): void {
  for (const field of hashed) {
    const name = typeof field === 'string' ? field : field.name
    const value = fields.get(name)
    if (typeof value !== 'string' || value.isWellFormed()) continue
    const hint = 'escape characters above U+FFFF as a pair of surrogates'
    throw new UsageError('BODY_MALFORMED', `${name} has an unpaired surrogate, which cannot be hashed`, hint)
  }
}

type Form = (messages: readonly Message[]) => Readonly<Record<string, unknown>>
const asLists: Form = messages => ({
  roles: messages.map(({ role }) => role),
  messages: messages.map(({ content }) => content),
})
const asObjects: Form = messages => ({ messages: messages.map(({ role, content }) => ({ role, content })) })

/** Returns how a synapse holds a conversation; null when it does not. */
function formOf({ roles, messages }: Route['example']): Form | null {
  if (!Array.isArray(messages)) return null
  if (Array.isArray(roles)) return asLists
  const [first] = messages
  return typeof first === 'object' && first !== null && 'role' in first && 'content' in first ? asObjects : null
}

/** Warns of fields that an axon of this dialect would ignore or refuse. */
export function fieldWarnings({ name, route: { body, example } }: ChosenSynapse, fields: JsonObject): PrintedMessage[] {
  const warning = (message: string, hint?: string): PrintedMessage => ({ label: 'warning', message, hint })
  const known = new Set([...Object.keys(example), ...(body instanceof z.ZodObject ? Object.keys(body.shape) : [])])
  const unknown = [...fields.keys()].filter(field => !known.has(field))
  const [issue] = body.safeParse(toPlain(fields)).error?.issues ?? []
  return [
    ...unknown.map(field => warning(`${name} has no field ${quote(field)}`, closest(field, known))),
    ...(issue ? [warning(`${name} does not take this: ${issue.path.join('.') || 'body'}: ${issue.message}`)] : []),
  ]
}
