import type { OnProblem } from '../config/layer.js'
import { itemPath } from '../config/schema/names.js'
import { closest } from '../text/closest.js'
import { quote } from '../text/escape.js'
import type { Field } from './field.js'
import { type SynapseKeys, synapseKeys } from './synapse-keys.js'
import { parseTemplate } from './template.js'

/** What is said of a synapse, as far as it is well each by itself. */
export type ParsedSynapse = Partial<SynapseKeys> & {
  /** those that are there, well or not */
  readonly given: ReadonlySet<string>
  /** by name; null where a declaration is not well */
  readonly known: ReadonlyMap<string, Field | null>
}

type Key = keyof SynapseKeys

/** Looks whether what is said of a synapse fits together. A check complains only of what it sees. */
export function checkSynapse(said: ParsedSynapse, at: string, report: OnProblem): void {
  const { given, known, hashed = [], prompt, system, roles, messages, answer, answers = [], example = {} } = said
  const names = [...known.keys()]
  const about = (key: Key, words: string, hint = synapseKeys.shape[key].description) =>
    report(itemPath(at, key), words, hint)
  const exclude = (one: Key, other: Key, hint = 'leave one of them') => {
    if (given.has(one) && given.has(other)) about(one, `stands beside ${other}`, hint)
  }

  if (!given.has('prompt') && !given.has('messages'))
    about('prompt', 'is missing', 'prompt = "…{field}…"; or messages, the field that holds a conversation')
  exclude('prompt', 'messages')
  if (given.has('roles') && !given.has('messages')) about('roles', 'needs messages', 'messages = "messages"')
  if (!given.has('answer') && !given.has('answers') && !given.has('frames'))
    about('answer', 'is missing', 'answer = "…", the field that takes the answer; or frames, for a stream')
  exclude('answer', 'answers')
  exclude('answer', 'frames', 'leave it out: who reads a stream fills it')
  exclude('answers', 'frames', 'leave it out: who reads a stream fills it')

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
      `names ${quote(String(name))}, which is no field`,
      meant ? `use ${meant}` : `the fields are: ${names.join(', ')}`,
    )
  }

  function checkTemplate(text: string | undefined, allowed: readonly string[], path: string): void {
    if (text === undefined) return
    const template = parseTemplate(text)
    if (!template) report(path, 'has a brace that is no {field}', 'write {{ and }} for braces')
    for (const name of template?.names ?? []) {
      if (allowed.includes(name)) continue
      const meant = closest(name, allowed)
      report(
        path,
        `asks for {${name}}, which is no field`,
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
      else if (isSeveral) report(where, 'is no list, as the others are', 'write each version in brackets')
      else checkName(item, where)
    }
  }

  function checkTypes(): void {
    const check = (key: Key, name: string | undefined, types: readonly string[], hint: string) => {
      const type = name === undefined ? undefined : known.get(name)?.type.text
      if (type !== undefined && !types.includes(type)) about(key, `names a field of ${type}`, hint)
    }
    if (roles === undefined)
      check(
        'messages',
        messages,
        ['list', 'list[dict]', 'list[dict[str, str]]'],
        'a list[dict] of role and content, or add roles',
      )
    else check('messages', messages, ['list[str]'], 'beside roles, a list[str]')
    check('roles', roles, ['list[str]'], 'a list[str], as many as there are messages')
    check(
      'answer',
      answer,
      ['str', 'str | None', 'Any'],
      `a field of str; or answers = ["${answer}"], which asks the model for JSON`,
    )
    for (const [name, value] of Object.entries(example)) {
      const field = known.get(name)
      if (field && !field.schema.safeParse(value).success)
        report(itemPath(itemPath(at, 'example'), name), `is no ${field.type.text}`, 'give a value of its type')
    }
  }

  function checkPieces(): void {
    const { frames, piece } = said
    if (frames === undefined || frames === 'text') {
      const isKnown = frames === 'text' || !given.has('frames')
      for (const key of ['piece', 'end'] as const)
        if (isKnown && given.has(key)) about(key, 'needs frames that hold values', 'frames = "sse", "jsonl" or "json"')
      return
    }
    if (!given.has('piece') && frames !== 'sse') about('piece', `is missing: ${frames} holds values`)
    const texts = textsIn(piece)
    for (const text of texts) checkTemplate(text, ['text'], itemPath(at, 'piece'))
    if (given.has('piece') && !texts.some(text => parseTemplate(text)?.names.includes('text')))
      about('piece', 'has no {text} in it, where the words go')
  }
}

/** All texts in a value. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}
