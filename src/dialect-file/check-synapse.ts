import type { OnProblem } from '../config/layer.js'
import { itemPath } from '../config/schema/names.js'
import { closest } from '../text/closest.js'
import { quote } from '../text/escape.js'
import type { Field } from './field.js'
import { type SynapseKeys, synapseKeys } from './synapse-keys.js'
import { parseTemplate } from './template.js'

/** The keys of a synapse that are valid each on their own. */
export type ParsedSynapse = Partial<SynapseKeys> & {
  /** the names of all keys in the file, valid or not */
  readonly given: ReadonlySet<string>
  /** the fields by name; null when the declaration is invalid */
  readonly known: ReadonlyMap<string, Field | null>
}

type Key = keyof SynapseKeys

/** Checks that the keys of a synapse are consistent. Each check skips keys that are missing or invalid. */
export function checkSynapse(synapse: ParsedSynapse, at: string, report: OnProblem): void {
  const { given, known, hashed = [], prompt, system, roles, messages, answer, answers = [], example = {} } = synapse
  const names = [...known.keys()]
  const about = (key: Key, words: string, hint = synapseKeys.shape[key].description) =>
    report(itemPath(at, key), words, hint)
  const exclude = (one: Key, other: Key, hint = 'remove one of them') => {
    if (given.has(one) && given.has(other)) about(one, `cannot be combined with ${other}`, hint)
  }

  if (!given.has('prompt') && !given.has('messages'))
    about('prompt', 'is missing', 'set prompt = "…{field}…"; or messages, the field that holds a conversation')
  exclude('prompt', 'messages')
  if (given.has('roles') && !given.has('messages')) about('roles', 'needs messages', 'set messages = "messages"')
  if (!given.has('answer') && !given.has('answers') && !given.has('frames'))
    about('answer', 'is missing', 'set answer = "…", the field for the answer; or frames, for a stream')
  exclude('answer', 'answers')
  exclude('answer', 'frames', 'remove it: the caller fills the field as it reads the stream')
  exclude('answers', 'frames', 'remove it: the caller fills the fields as it reads the stream')

  for (const [key, template] of Object.entries({ prompt, system })) checkTemplate(template, names, itemPath(at, key))
  for (const [key, name] of Object.entries({ roles, messages, answer })) checkName(name, itemPath(at, key))
  for (const [index, name] of answers.entries()) checkName(name, itemPath(itemPath(at, 'answers'), index))
  for (const name of Object.keys(example)) checkName(name, itemPath(itemPath(at, 'example'), name))
  checkHashed()
  checkTypes()
  checkPieces()

  function checkName(name: unknown, path: string): void {
    if (name === undefined || known.has(String(name))) return
    const meant = closest(String(name), names)
    report(
      path,
      `names ${quote(String(name))}, which is not a field`,
      meant ? `use ${meant}` : `the fields are: ${names.join(', ')}`,
    )
  }

  function checkTemplate(text: string | undefined, allowed: readonly string[], path: string): void {
    if (text === undefined) return
    const template = parseTemplate(text)
    if (!template) report(path, 'has a brace outside of a {field}', 'write {{ and }} for literal braces')
    for (const name of template?.names ?? []) {
      if (allowed.includes(name)) continue
      const meant = closest(name, allowed)
      report(
        path,
        `uses {${name}}, which is not a field`,
        `use ${(meant ? [meant] : allowed).map(one => `{${one}}`).join(', ')}`,
      )
    }
  }

  function checkHashed(): void {
    const path = itemPath(at, 'hashed')
    const isSeveral = hashed.some(Array.isArray)
    for (const [index, item] of hashed.entries()) {
      const where = itemPath(path, index)
      if (Array.isArray(item)) for (const [inner, name] of item.entries()) checkName(name, itemPath(where, inner))
      else if (isSeveral) report(where, 'must be a list, as other items are', 'write each version in brackets')
      else checkName(item, where)
    }
  }

  function checkTypes(): void {
    const check = (key: Key, name: string | undefined, types: readonly string[], hint: string) => {
      const type = name === undefined ? undefined : known.get(name)?.type.text
      if (type !== undefined && !types.includes(type)) about(key, `names a field of type ${type}`, hint)
    }
    if (roles === undefined)
      check(
        'messages',
        messages,
        ['list', 'list[dict]', 'list[dict[str, str]]'],
        'name a list[dict] of role and content, or add roles',
      )
    else check('messages', messages, ['list[str]'], 'with roles, name a list[str]')
    check('roles', roles, ['list[str]'], 'name a list[str] that holds a role for each message')
    check(
      'answer',
      answer,
      ['str', 'str | None', 'Any'],
      `name a str field; or use answers = ["${answer}"], which asks the model for JSON`,
    )
    for (const [name, value] of Object.entries(example)) {
      const field = known.get(name)
      if (field && !field.schema.safeParse(value).success)
        report(
          itemPath(itemPath(at, 'example'), name),
          `is not of type ${field.type.text}`,
          "give a value of the field's type",
        )
    }
  }

  function checkPieces(): void {
    const { frames, piece } = synapse
    if (frames === undefined || frames === 'text') {
      const isKnown = frames === 'text' || !given.has('frames')
      for (const key of ['piece', 'end'] as const)
        if (isKnown && given.has(key))
          about(key, 'needs frames that hold values', 'set frames = "sse", "jsonl" or "json"')
      return
    }
    if (!given.has('piece') && frames !== 'sse') about('piece', `is missing: frames "${frames}" hold values`)
    const texts = textsIn(piece)
    for (const text of texts) checkTemplate(text, ['text'], itemPath(at, 'piece'))
    if (given.has('piece') && !texts.some(text => parseTemplate(text)?.names.includes('text')))
      about('piece', 'has no {text}, the place of the text')
  }
}

/** Returns all strings in a value. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}
