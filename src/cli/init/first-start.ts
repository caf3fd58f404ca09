import type { DialectCatalogue } from '../../app/catalogue/dialects.js'
import { ConfigError } from '../../config/config-error.js'
import { secretsIn } from '../../config/redact.js'
import type { Setting } from '../../config/schema/setting.js'
import { holdsSecret } from '../../config/schema/shape.js'
import type { ResolvedSetting, SecretsMode } from '../../config/values/resolve-setting.js'
import type { Run, SettingsCommand } from '../command.js'
import { valueOfText } from '../config/given-value.js'
import type { ShownStatus } from '../output/status-line.js'
import type { Answers } from './answers.js'
import type { Dialogue } from './dialogue.js'

/** What the steps of a first start share. */
export type FirstStart = {
  readonly answers: Answers
  /** null: nothing is asked */
  readonly dialogue: Dialogue | null
  /** whether the model and the chain may be asked */
  readonly isOnline: boolean
  readonly dialects: DialectCatalogue
  /** the section of the chosen miner's settings */
  readonly section: string
  /** the value that the file on the disk gives a setting of the miner; without one, the default */
  inFile(setting: Setting): Promise<unknown>
  /** the password of the hotkey, if it is set, or why it cannot be read */
  password(): Promise<Pick<ResolvedSetting, 'value' | 'problems'>>
  /** opens the run as if the answers stood in the file already */
  preview(secrets: SecretsMode): Promise<Run<typeof SettingsCommand>>
  /** prints a line for the reader of the dialogue */
  say(text: string): void
  /** shows that the program waits */
  wait(text: string): ShownStatus
}

/**
 * Settles a setting: a flag or a variable decides it, else the question, else what is there.
 *
 * @param ask returns the value, converted and checked
 */
export async function settle(
  { answers, dialogue, say }: FirstStart,
  setting: Setting,
  ask: (dialogue: Dialogue) => Promise<unknown>,
): Promise<void> {
  if (dialogue && !answers.isGiven(setting)) {
    answers.set(setting, await ask(dialogue))
    return
  }
  say(answers.describe(setting))
  // What is taken unasked stands in the file, too, where the next run finds it.
  if (!answers.isKnown(setting)) answers.set(setting, answers.value(setting))
}

type TypedValue = {
  readonly message: string
  readonly initial: string
  /** says what else is wrong with a text */
  readonly check?: (text: string) => string | undefined
}

/** Asks for the value of a setting as text. What is there can be changed or confirmed. */
export async function typeValue(dialogue: Dialogue, setting: Setting, question: TypedValue): Promise<unknown> {
  const { check, ...shown } = question
  const fault = async (text: string) => (await valueFault(setting, text)) ?? check?.(text)
  return await valueOfText({ setting }, await dialogue.type({ ...shown, check: fault }))
}

/** Says what is wrong with a typed value; undefined: nothing. */
export async function valueFault(setting: Setting, text: string): Promise<string | undefined> {
  try {
    const value = await valueOfText({ setting }, text)
    const isUrlWithSecret = secretsIn(setting, value).length > 0 && !holdsSecret(setting.shape)
    return isUrlWithSecret ? `${setting.path} has a secret in its URL: give it with miner config set` : undefined
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ message }) => message).join('; ')
    throw error
  }
}

/** The answer to a choice that asks for a text next. */
export const ANOTHER = ''
