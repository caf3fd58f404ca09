import { ConfigError } from '../../config/config-error.js'
import type { Problem } from '../../config/problem.js'
import { showsSecret } from '../../config/redact.js'
import type { Setting } from '../../config/schema/setting.js'
import { holdsSecret } from '../../config/schema/shape.js'
import { convert } from '../../config/values/convert.js'
import { flagExample } from '../../config/values/expected.js'
import { resolveSetting } from '../../config/values/resolve-setting.js'
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
export async function givenText(setting: Setting, word: string | undefined): Promise<string> {
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
      `the value of ${path} is missing`,
      `miner config set ${path} VALUE, or - for standard input`,
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
 * Reads a text as the value of a setting, as a variable has it.
 *
 * @returns the value, converted and checked; secrets as they are written
 * @throws {ConfigError} CONFIG_INVALID
 */
export async function valueOfText(setting: Setting, text: string): Promise<unknown> {
  const layer = { raw: { kind: 'variable', text }, origin: { from: 'default' } } as const
  const { value, problems } = await resolveSetting(setting, layer, { env: {}, secrets: 'leave' })
  if (problems.length === 0) return value
  const command = `miner config set ${setting.path}`
  const example = setting.shape.kind === 'list' ? `${command} ONE,TWO` : flagExample(setting, command)
  const typed = problems.map(({ code, path, message, hint }): Problem => {
    // The other hints name flags and variables, where the value did not come from.
    return { code, ...(path && { path }), message, hint: hint?.startsWith('set ') ? example : hint }
  })
  throw new ConfigError('CONFIG_INVALID', typed)
}
