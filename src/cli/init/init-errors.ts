import { type Configuration, valueAt } from '../../config/configuration.js'
import { showsSecret } from '../../config/redact.js'
import type { Setting } from '../../config/schema/setting.js'
import { flagOf } from '../../config/values/hint.js'
import { escapeName } from '../../text/escape.js'
import { shellWord } from '../../text/shell-word.js'
import { secretTyped } from '../config/given-value.js'
import { UsageError } from '../errors/usage-error.js'
import type { Answers } from './answers.js'

/**
 * @param file what has the answers of the steps that are done; null: none is done
 * @param argv the words after `miner init`, with which it goes on
 */
export function initStopped(file: string | null, argv: readonly string[]): UsageError {
  const rest = file === null ? 'nothing is written' : `${escapeName(file)} has the answers of the steps that are done`
  return new UsageError(
    'INIT_STOPPED',
    `stopped before the end: ${rest}`,
    ['miner', 'init', ...argv].map(shellWord).join(' '),
  )
}

/** How many hotkeys the error names. */
const MOST_NAMED = 20

/** With `--yes` there are several hotkeys to choose from. */
export function hotkeyMissing(listed: readonly string[]): UsageError {
  const named = `${listed.slice(0, MOST_NAMED).join(', ')}${listed.length > MOST_NAMED ? ' and more' : ''}`
  const message = `there are several hotkeys, and with --yes \`miner init\` does not ask which one: ${named}`
  return new UsageError('ANSWERS_MISSING', message, 'name one with --wallet-name and --wallet-hotkey')
}

/** The key in the file is that of another endpoint than the one that holds now. */
export function keyOfOther(answers: Answers, endpoint: Setting, key: Setting): UsageError {
  const message = `the ${key.path} in the file is for another endpoint than ${answers.describe(endpoint)}`
  const hint = `give the key of this endpoint with ${flagOf(key)} env:NAME or file:PATH, or remove the other one: miner config unset ${key.path}`
  return new UsageError('ANSWERS_MISSING', message, hint)
}

/**
 * Requires an answer to each question, from a flag, a variable or the file.
 *
 * @throws {UsageError} ANSWERS_MISSING
 */
export function requireAnswers(answers: Answers, settings: readonly Setting[]): void {
  const open = settings.filter(setting => !answers.isKnown(setting))
  if (open.length === 0) return
  const flags = open.map(setting => `${flagOf(setting)} ${shellWord(answers.text(setting))}`)
  const hint = `add ${flags.join(' ')}, or --yes, which takes these values and what is there`
  const paths = open.map(({ path }) => path).join(', ')
  const message = `these settings are missing, and without a terminal \`miner init\` cannot ask for them: ${paths}`
  throw new UsageError('ANSWERS_MISSING', message, hint)
}

/**
 * Refuses a secret on the command line, which the history of the shell keeps, too.
 *
 * @throws {UsageError} SECRET_TYPED
 */
export function requireNoTypedSecret(configuration: Configuration): void {
  const typed = configuration.settings.find(
    setting =>
      configuration.origins.get(setting.path)?.from === 'flag' && showsSecret(setting, valueAt(configuration, setting)),
  )
  if (typed) throw secretTyped(typed.path, 'leave the flag out to type it')
}
