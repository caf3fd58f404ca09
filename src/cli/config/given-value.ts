import { ConfigError } from '../../config/config-error.js'
import { type Part, partName, settingText } from '../../config/edit/table-entry.js'
import type { Problem } from '../../config/problem.js'
import { showsSecret } from '../../config/redact.js'
import { holdsSecret } from '../../config/schema/shape.js'
import { convert } from '../../config/values/convert.js'
import { entryExample, flagExample } from '../../config/values/expected.js'
import { resolveSetting } from '../../config/values/resolve-setting.js'
import { escapeName } from '../../text/escape.js'
import { shellWord } from '../../text/shell-word.js'
import { askPassword } from '../../wallet/ask-password.js'
import { WalletError } from '../../wallet/wallet-error.js'
import { UsageError } from '../errors/usage-error.js'
import { readStdin } from '../question/stdin.js'

/**
 * Returns the text of a new value: the word of the command line, or what is typed or piped in. A secret is never taken from
 * the command line, which others on this machine can see.
 *
 * @param word undefined when the command line has none, `-` for standard input
 * @throws {UsageError} SECRET_TYPED · VALUE_MISSING · STDIN_TOO_LARGE · STDIN_NOT_UTF8 · STDIN_UNREADABLE
 */
export async function givenText(part: Part, word: string | undefined): Promise<string> {
  const { setting } = part
  const { path, shape } = setting
  if (word !== undefined && word !== '-') {
    const value = convert(shape, { kind: 'variable', text: word }, path, () => {})
    if (showsSecret(setting, value)) throw secretTyped(path, 'leave the value out to type it, pipe it in')
    return word
  }
  if (process.stdin.isTTY && shape.kind === 'text' && shape.secret) return typedSecret(path)
  const isPiped = word === '-' || (holdsSecret(shape) && !process.stdin.isTTY)
  if (!isPiped)
    throw new UsageError(
      'VALUE_MISSING',
      `the value of ${escapeName(partName(part))} is missing`,
      `${part.entry === undefined ? `miner config set ${path} VALUE` : exampleOf(part)}, or - for standard input`,
    )
  const text = (await readStdin()).replace(/\r?\n$/, '')
  if (text === '' && holdsSecret(shape))
    throw new UsageError(
      'VALUE_MISSING',
      `the value of ${path} is missing: standard input is empty`,
      'pipe it in, or give env:NAME or file:PATH',
    )
  return text
}

/** @param ways how else to give it, besides a reference */
export function secretTyped(path: string, ways: string): UsageError {
  const message = `the value of ${path} is a secret, and others on this machine can see the command line`
  return new UsageError('SECRET_TYPED', message, `${ways}, or give env:NAME or file:PATH`)
}

async function typedSecret(path: string): Promise<string> {
  try {
    return await askPassword(`${path}: `)
  } catch (error) {
    if (!(error instanceof WalletError)) throw error
    throw new UsageError('NOT_TYPED', `no value of ${path} was typed`, 'pipe it in, or give env:NAME or file:PATH')
  }
}

/**
 * Reads a text as the value of a setting, as a variable has it, or of an entry of it.
 *
 * @returns the value of the setting, converted and checked, with the named entry alone; secrets as they are written
 * @throws {ConfigError} CONFIG_INVALID
 */
export async function valueOfText(part: Part, text: string): Promise<unknown> {
  const raw = { kind: 'variable', text: settingText(part, text) } as const
  const layer = { raw, origin: { from: 'default' } } as const
  const { value, problems } = await resolveSetting(part.setting, layer, { env: {}, secrets: 'leave' })
  if (problems.length === 0) return value
  const typed = problems.map(({ code, path, message, hint }): Problem => {
    // The other hints name flags and variables, where the value did not come from.
    return { code, ...(path && { path }), message, hint: hint?.startsWith('set ') ? exampleOf(part) : hint }
  })
  throw new ConfigError('CONFIG_INVALID', typed)
}

/** A command that sets the part to a value that it takes. */
function exampleOf(part: Part): string {
  const command = `miner config set ${shellWord(partName(part))}`
  if (part.entry !== undefined) return `${command} ${entryExample(part.setting)}`
  return part.setting.shape.kind === 'list' ? `${command} ONE,TWO` : flagExample(part.setting, command)
}
