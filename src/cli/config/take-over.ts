import { dirname } from 'node:path'
import { fileValue } from '../../config/describe/file-value.js'
import type { FileContent } from '../../config/layers/config-file.js'
import { createLookup, type FoundSetting, lookUpSetting } from '../../config/look-up.js'
import { isReference, secretsIn, secretsOf } from '../../config/redact.js'
import { mapLeaves } from '../../config/schema/map-leaves.js'
import type { Section } from '../../config/schema/section.js'
import type { Setting } from '../../config/schema/setting.js'
import { referredFile } from '../../config/values/referred-file.js'
import { settingPath } from '../choose-plugin.js'

/** What a new configuration file takes over from an old one. */
export type TakenOver = {
  /** by the settings' paths, as a file holds them */
  readonly values: ReadonlyMap<string, unknown>
  /** the paths of settings that are left out, because they hold a URL with a password or a query */
  readonly leftOut: readonly string[]
}

/**
 * Reads the settings of a valid file for another one, which may stand in another folder and gets no secret.
 *
 * @param store keeps a secret elsewhere, given its path (`wallet.password`), and returns the reference to it
 */
export async function takeOver(
  file: FileContent,
  sections: readonly Section[],
  store: (path: string, secret: string) => Promise<string>,
): Promise<TakenOver> {
  const lookup = createLookup(sections, { argv: [], env: {}, file })
  const values = new Map<string, unknown>()
  const leftOut: string[] = []
  for (const setting of lookup.settings) {
    const found = await lookUpSetting(lookup, setting.path)
    if (!found) continue
    const written = await valueElsewhere(setting, found, { folder: dirname(file.path), store })
    if (written === HIDDEN) leftOut.push(setting.path)
    else if (written !== undefined) values.set(setting.path, written)
  }
  return { values, leftOut }
}

/** Stands for a URL with a password or a query, which is not written to a file. */
export const HIDDEN = Symbol('hidden')

/**
 * Returns the value of a setting as a file holds it that stands in another folder than the one the value was written for.
 *
 * @returns HIDDEN for a URL with a password or a query
 */
export async function valueElsewhere(
  setting: Setting,
  { value, origin }: Pick<FoundSetting, 'value' | 'origin'>,
  storing: Storing,
): Promise<unknown> {
  const { bare, references } = await withoutSecrets(setting, value, storing)
  if (secretsIn(setting, bare).some(secret => !references.has(secret))) return HIDDEN
  return FILES.has(setting.path) ? settingPath(String(bare), origin) : fileValue(setting, bare)
}

/** Settings that name a file, which may be relative to the configuration file. */
const FILES: ReadonlySet<string> = new Set(['dialectFile', 'log-file.path'])

type Storing = {
  /** what a relative `file:PATH` is relative to */
  readonly folder: string
  /** keeps a secret elsewhere, given its path, and returns the reference to it */
  readonly store: (path: string, secret: string) => Promise<string>
}

/** Replaces each secret by a reference to it. */
async function withoutSecrets(setting: Setting, value: unknown, { folder, store }: Storing) {
  const references = new Map<string, string>()
  for (const [at, secret] of secretsOf(setting, value)) {
    const referred = secret.startsWith('file:') ? referredFile(secret, folder) : {}
    const named = 'file' in referred && `file:${referred.file}`
    references.set(at, named || (isReference(secret) ? secret : await store(at, secret)))
  }
  const bare = mapLeaves(setting.shape, value, setting.path, (_, leaf, at) => references.get(at) ?? leaf)
  return { bare, references: new Set(references.values()) }
}
