import { usableNames } from '../../app/catalogue/entries.js'
import type { Scope } from '../../app/scope.js'
import { DIALECTS, MINERS } from '../../app/tokens.js'
import { resolveAlias } from '../../config/layers/alias.js'
import { showsSecret } from '../../config/redact.js'
import type { Setting } from '../../config/schema/setting.js'
import { textOf } from '../../config/values/resolve-secrets.js'
import { escapeName, quote } from '../../text/escape.js'
import { shellWord } from '../../text/shell-word.js'
import { suggestName } from '../choose-plugin.js'
import { formatMessage } from '../errors/format-message.js'
import { UsageError } from '../errors/usage-error.js'
import type { OpenFile } from './config-file.js'

/**
 * Refuses a secret for a file that others can read.
 *
 * @throws {UsageError} FILE_SHARED
 */
export function requirePrivate({ path, content }: OpenFile, setting: Setting, value: unknown): void {
  const mode = content?.mode ?? 0o600
  if (!showsSecret(setting, value) || (mode & 0o044) === 0) return
  const message = `others on this machine can read ${escapeName(path)} (mode ${mode.toString(8)}), so it gets no secret`
  throw new UsageError('FILE_SHARED', message, `chmod 600 ${shellWord(path)}`)
}

/**
 * Refuses the name of a miner or a dialect that does not exist.
 *
 * @throws {UsageError} UNKNOWN_MINER · UNKNOWN_DIALECT
 */
export function requireChoice(
  { path }: Setting,
  { value, scope }: { readonly value: unknown; readonly scope: Scope },
): void {
  if (path !== 'use' && path !== 'dialect') return
  const isMiner = path === 'use'
  const known = scope.resolve<ReadonlyMap<string, object>>(isMiner ? MINERS : DIALECTS)
  const name = String(value)
  if (known.has(name)) return
  const message = `there is no ${isMiner ? 'miner' : 'dialect'} ${quote(name)}`
  const hint = suggestName({
    flag: isMiner ? '--use' : '--dialect',
    name,
    origin: { from: 'default' },
    names: usableNames(known),
  })
  throw new UsageError(isMiner ? 'UNKNOWN_MINER' : 'UNKNOWN_DIALECT', message, hint)
}

/** Warns when a variable overrides the file, so that the change has no effect here. */
export function noteOverride({ path, variables, spellings }: Setting): void {
  const old = spellings.find(one => {
    const text = one.env && textOf(process.env, one.env)
    return text && resolveAlias(one, text, () => {}) !== undefined
  })
  const variable = variables.find(name => textOf(process.env, name)) ?? old?.env
  if (variable === undefined) return
  const message = `the variable ${variable} overrides ${path} of the file`
  process.stderr.write(formatMessage({ label: 'warning', message, hint: `unset ${variable}` }))
}
