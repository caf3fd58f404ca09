import type { Setting } from '../../config/schema/setting.js'
import { escapeControls } from '../../text/escape.js'
import { valueOfText } from '../config/given-value.js'
import type { Dialogue } from './dialogue.js'
import { ANOTHER, type FirstStart, settle, typeValue, valueFault } from './first-start.js'
import { keyOfOther } from './init-errors.js'
import { offeredModels, type Trial, tryModel } from './try-model.js'

/** What came of asking the model, and whether the operator keeps answers with which it does not answer. */
export type ModelTrial = Trial & { readonly isKept: boolean }

/**
 * Settles endpoint, key and model, as far as the miner has such settings, and tries them. What does not work is asked
 * again, unless the operator keeps it.
 *
 * @returns null when nothing was tried
 * @throws {NoAnswer} or {ConfigError} without a dialogue, when the settings are not enough to try the model
 */
export async function settleModel(start: FirstStart): Promise<ModelTrial | null> {
  const { dialogue } = start
  for (;;) {
    const isAsked = await askModel(start)
    if (!start.isOnline) return null
    const trial = await tryModel(start)
    if (trial.works || !dialogue || !isAsked) return { ...trial, isKept: false }
    const choices = [
      { value: AGAIN, label: 'answer again', hint: 'endpoint, key and model' },
      { value: KEEP, label: 'keep these answers', hint: 'miner check tries them again' },
    ]
    if ((await dialogue.choose({ message: 'It does not answer. What now?', choices })) === KEEP)
      return { ...trial, isKept: true }
  }
}

const AGAIN = 'again'
const KEEP = 'keep'

/** @returns whether anything was asked */
async function askModel(start: FirstStart): Promise<boolean> {
  const { answers, dialogue, section, say } = start
  const own = (key: string) => answers.find(`${section}.${key}`)
  const endpoints = own('endpoints')
  if (endpoints && answers.isKnown(endpoints)) {
    say(`${endpoints.path} has ${[answers.value(endpoints)].flat().length}, which stay as they are`)
    return false
  }
  const [endpoint, key, model] = [own('baseUrl'), own('apiKey'), own('model')]
  if (endpoint) await settle(start, endpoint, dialogue => askEndpoint(start, dialogue, endpoint))
  if (endpoint && key) await dropKeyOfOther(start, endpoint, key)
  if (key) await settle(start, key, dialogue => askKey(start, dialogue, key))
  if (endpoint && key) await keepTogether(start, endpoint, key)
  if (model) await settle(start, model, dialogue => askModelName(start, dialogue, model))
  const settings = [endpoint, key, model].filter(one => one !== undefined)
  return dialogue !== null && settings.some(setting => !answers.isGiven(setting))
}

/**
 * Drops the key of the file when a flag or a variable gives another endpoint than the file: a key is for the host that it
 * was given for.
 *
 * @throws {UsageError} ANSWERS_MISSING without a dialogue, which would ask for another one
 */
async function dropKeyOfOther({ answers, dialogue, inFile }: FirstStart, endpoint: Setting, key: Setting) {
  if (!answers.isGiven(endpoint) || !answers.isOfFile(key)) return
  if ((await inFile(endpoint)) === answers.value(endpoint)) return
  if (!dialogue) throw keyOfOther(answers, endpoint, key)
  answers.set(key, undefined)
}

/** Writes the endpoint of a variable beside the key that was typed for it: else the key would go to that of the file. */
async function keepTogether({ answers, say, inFile }: FirstStart, endpoint: Setting, key: Setting): Promise<void> {
  if (!['environment', 'envFile'].includes(answers.origin(endpoint).from)) return
  const value = answers.value(endpoint)
  if (answers.isGiven(key) || answers.isOfFile(key) || answers.value(key) === undefined) return
  if ((await inFile(endpoint)) === value) return
  say(`${endpoint.path} is written, too, because the key is for it`)
  answers.set(endpoint, value)
}

/** Servers that run a model on this machine, where they listen unless they are told otherwise. */
const local = [
  { value: 'http://127.0.0.1:8000/v1', hint: 'vLLM on this machine' },
  { value: 'http://127.0.0.1:11434/v1', hint: 'Ollama on this machine' },
  { value: 'http://127.0.0.1:8080/v1', hint: 'llama.cpp on this machine' },
]

async function askEndpoint(start: FirstStart, dialogue: Dialogue, setting: Setting): Promise<unknown> {
  const { answers, section } = start
  const current = answers.value(setting)
  const others = local.filter(({ value }) => value !== current).map(one => ({ label: one.value, ...one }))
  const omitted = { value: OMITTED, label: 'leave it out' }
  const choices = [
    ...(current === undefined ? [omitted] : [{ value: String(current), label: answers.text(setting) }]),
    ...others,
    ...(current === undefined ? [] : [omitted]),
    { value: ANOTHER, label: 'another one: its URL' },
  ]
  const chosen = await dialogue.choose({ message: `Which endpoint? (${setting.help})`, choices })
  const typed = () => typeValue(dialogue, setting, { message: 'Its URL', initial: '' })
  const value = chosen === ANOTHER ? await typed() : chosen === OMITTED ? undefined : chosen
  const key = answers.find(`${section}.apiKey`)
  // A key is for the host that it was given for.
  if (value !== current && key && !answers.isGiven(key) && answers.isKnown(key)) answers.set(key, undefined)
  return value
}

const OMITTED = 'omitted'

async function askKey({ answers }: FirstStart, dialogue: Dialogue, setting: Setting): Promise<unknown> {
  if (answers.isOfFile(setting)) {
    const choices = [
      { value: KEEP, label: 'the one that is there', hint: answers.text(setting) },
      { value: ANOTHER, label: 'another one' },
    ]
    if ((await dialogue.choose({ message: 'Which key?', choices })) === KEEP) return answers.value(setting)
  }
  const message = `Its key, which is not shown; nothing, if it needs none (${setting.help})`
  const check = async (text: string) => (text === '' ? undefined : valueFault(setting, text))
  const typed = await dialogue.typeSecret({ message, check })
  return typed === '' ? undefined : await valueOfText({ setting }, typed)
}

/** More names than this are typed, not chosen from a list. */
const MOST_CHOICES = 30

async function askModelName(start: FirstStart, dialogue: Dialogue, setting: Setting): Promise<unknown> {
  const current = start.answers.text(setting)
  const offered = start.isOnline ? await offeredModels(start) : []
  if (offered.length > 0 && offered.length <= MOST_CHOICES) {
    // What is configured can be confirmed, also when the endpoint does not list it.
    const isUnlisted = start.answers.isKnown(setting) && !offered.includes(current)
    const choices = [
      ...[...(isUnlisted ? [current] : []), ...offered].map(name => ({ value: name, label: escapeControls(name) })),
      { value: ANOTHER, label: 'another one: its name' },
    ]
    const chosen = await dialogue.choose({ message: 'Which model?', choices, marked: current })
    if (chosen !== ANOTHER) return chosen
  }
  return await typeValue(dialogue, setting, { message: 'Which model?', initial: current })
}
