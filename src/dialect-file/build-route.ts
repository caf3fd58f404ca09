import { type ZodType, z } from 'zod'
import { conversation } from '../plugin/conversation.js'
import type { Call, HashField, Patch, Route } from '../plugin/dialect.js'
import { type Json, objectIn } from '../plugin/json.js'
import type { Message, Question } from '../plugin/miner.js'
import { NoAnswer } from '../plugin/no-answer.js'
import { defineRoute } from '../plugin/sdk.js'
import type { Field } from './field.js'
import type { SynapseKeys } from './synapse-keys.js'
import { parseTemplate, type Template } from './template.js'

type Body = Readonly<Record<string, unknown>>

/** Builds the route of a synapse whose keys are valid and consistent. */
export function buildRoute(name: string, keys: SynapseKeys, fields: ReadonlyMap<string, Field>): Route {
  const { hashed, frames, answer, answers, timeout, maxBody } = keys
  const common = {
    body: bodyOf(keys, fields),
    hashed: versionsOf(hashed, fields),
    example: exampleOf(keys, fields),
    ...(timeout !== undefined && { timeout }),
    ...(maxBody !== undefined && { maxBody }),
  }
  const questionOf = questionBuilder(keys)
  if (frames === 'text')
    return defineRoute({
      ...common,
      frames,
      async *answer({ body, ask }) {
        yield* ask.stream(questionOf(body))
      },
    })
  if (frames !== undefined) {
    const pieceOf = pieceBuilder(keys.piece)
    return defineRoute({
      ...common,
      frames,
      async *answer({ body, ask }) {
        for await (const { text } of ask.stream(questionOf(body))) if (text) yield pieceOf(text)
        if (keys.end !== undefined) yield keys.end as Json
      },
    })
  }
  if (answers) return defineRoute({ ...common, answer: jsonAnswer(name, answers, fields, questionOf) })
  return defineRoute({
    ...common,
    async answer({ body, ask }) {
      const { text } = await ask(questionOf(body), { partial: true })
      return { [answer!]: text }
    },
  })
}

/** Builds the handler that asks for one JSON object, and rejects values that do not match the fields' types. */
function jsonAnswer(
  name: string,
  answers: readonly string[],
  fields: ReadonlyMap<string, Field>,
  questionOf: (body: Body) => Question,
): (call: Call<Body>) => Promise<Patch> {
  const types = answers.map(field => [field, fields.get(field)!.type] as const)
  const answerSchema = z.object(Object.fromEntries(types.map(([field, { schema }]) => [field, schema])))
  const properties = Object.fromEntries(types.map(([field, { json }]) => [field, json]))
  const schema = { type: 'object', properties, required: answers, additionalProperties: false }
  return async ({ body, ask }) => {
    const { text } = await ask({ ...questionOf(body), responseFormat: { name, schema } })
    const answer = answerSchema.safeParse(await objectIn(text))
    if (answer.success) return answer.data as Patch
    const message = `the model did not return a JSON object with ${answers.join(', ')}`
    throw new NoAnswer('upstream', message, { code: 'ANSWER_NOT_JSON' })
  }
}

function bodyOf({ messages, roles }: SynapseKeys, fields: ReadonlyMap<string, Field>) {
  const isOfObjects = (name: string) => name === messages && roles === undefined
  return z.object(
    Object.fromEntries(
      [...fields].map(([name, { schema }]): [string, ZodType] => [name, isOfObjects(name) ? chatSchema : schema]),
    ),
  )
}

const chatSchema = z.array(z.object({ role: z.string(), content: z.string() }))

/** Derives the hashed fields, for each version of the protocol, from the declarations. */
function versionsOf(hashed: readonly unknown[], fields: ReadonlyMap<string, Field>): HashField[] | HashField[][] {
  const fieldOf = (name: unknown): HashField => {
    const { type, absent } = fields.get(String(name))!
    const isFloat = /^float\b/.test(type.text)
    return { name: String(name), ...(isFloat && { as: 'float' }), ...(absent !== undefined && { absent }) }
  }
  return hashed.some(Array.isArray) ? hashed.map(version => (version as unknown[]).map(fieldOf)) : hashed.map(fieldOf)
}

function exampleOf({ messages, roles, example }: SynapseKeys, fields: ReadonlyMap<string, Field>) {
  const values = new Map([...fields].map(([name, field]) => [name, field.example]))
  if (messages !== undefined) values.set(messages, [roles === undefined ? { role: 'user', content: HELLO } : HELLO])
  if (roles !== undefined) values.set(roles, ['user'])
  for (const [name, value] of Object.entries(example)) values.set(name, value as Json)
  return Object.fromEntries(values)
}

const HELLO = 'What is TAO?'

/** Returns a function that turns a body into a question. */
function questionBuilder({ prompt, system, roles, messages }: SynapseKeys): (body: Body) => Question {
  const rules = system === undefined ? undefined : parseTemplate(system)
  const template = prompt === undefined ? undefined : parseTemplate(prompt)
  return body => {
    const chat = template ? filled('user', template, body) : conversationOf(body, { roles, messages: messages! })
    const hasRules = chat.some(({ role }) => role === 'system' || role === 'developer')
    return { messages: rules && !hasRules ? [...filled('system', rules, body), ...chat] : chat }
  }
}

function filled(role: 'system' | 'user', template: Template, body: Body): readonly Message[] {
  return [{ role, content: template.fill(body) }]
}

/** @throws {ConversationError} */
function conversationOf(
  body: Body,
  { roles, messages }: { roles: string | undefined; messages: string },
): readonly Message[] {
  if (roles !== undefined) return conversation(body[roles] as string[], body[messages] as string[])
  const chat = body[messages] as readonly { readonly role: string; readonly content: string }[]
  return conversation(
    chat.map(({ role }) => role),
    chat.map(({ content }) => content),
  )
}

/** Returns a function that puts a text in place of `{text}` in the piece. */
function pieceBuilder(piece: unknown): (text: string) => Json {
  const fill = (value: unknown, text: string): Json => {
    if (typeof value === 'string') return parseTemplate(value)!.fill({ text })
    if (Array.isArray(value)) return value.map(item => fill(item, text))
    if (typeof value !== 'object' || value === null) return value as Json
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, text)]))
  }
  return text => (piece === undefined ? text : fill(piece, text))
}
