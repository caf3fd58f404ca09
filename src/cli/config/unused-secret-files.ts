import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { FileContent } from '../../config/layers/config-file.js'
import { createLookup, lookUpSetting } from '../../config/look-up.js'
import { secretsOf } from '../../config/redact.js'
import type { Section } from '../../config/schema/section.js'
import { referredFile } from '../../config/values/referred-file.js'
import { escapeName } from '../../text/escape.js'
import { formatMessage } from '../errors/format-message.js'

/**
 * Returns the files of secrets, on this machine still, that a configuration file no longer refers to.
 *
 * @param before what the configuration file was; null: there was none
 * @param after what it is now
 */
export async function unusedSecretFiles(
  before: FileContent | null,
  after: FileContent | null,
  sections: readonly Section[],
): Promise<readonly string[]> {
  if (before === null || 'problem' in before) return []
  const texts = after === null || 'problem' in after ? [] : textsIn(after.table)
  const used = new Set(texts.flatMap(text => referred(before.path, text)))
  const files = (await secretsIn(before, sections)).flatMap(secret => referred(before.path, secret))
  return [...new Set(files)].filter(file => !used.has(file) && existsSync(file))
}

/** Returns the secrets of a file as it has them. */
async function secretsIn(file: FileContent, sections: readonly Section[]): Promise<readonly string[]> {
  const lookup = createLookup(sections, { argv: [], env: {}, file })
  const secrets: string[] = []
  for (const setting of lookup.settings) {
    const found = await lookUpSetting(lookup, setting.path)
    if (found) secrets.push(...secretsOf(setting, found.value).values())
  }
  return secrets
}

/** Returns every text of a table, also of sections whose settings are not known. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

/** Returns the file that a reference names, as an absolute path; none for any other text. */
function referred(configFile: string, text: string): readonly string[] {
  if (!text.startsWith('file:')) return []
  const referred = referredFile(text, dirname(configFile))
  return 'file' in referred ? [referred.file] : []
}

/** Tells of files of secrets that the configuration file no longer refers to. */
export function noteUnused(file: string, paths: readonly string[]): void {
  for (const path of paths) {
    const message = `${escapeName(file)} no longer refers to ${escapeName(path)}`
    const hint = 'remove that file if nothing else uses it'
    process.stderr.write(formatMessage({ label: 'warning', message, hint }))
  }
}
