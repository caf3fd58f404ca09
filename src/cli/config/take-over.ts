import { dirname, resolve } from 'node:path'
import { fileValue } from '../../config/describe/file-value.js'
import type { FileContent } from '../../config/layers/config-file.js'
import { createLookup, lookUpSetting } from '../../config/look-up.js'
import { expandHome } from '../../config/read-bounded.js'
import { isReference, secretsIn, secretsOf } from '../../config/redact.js'
import { mapLeaves } from '../../config/schema/map-leaves.js'
import type { Section } from '../../config/schema/section.js'
import type { Setting } from '../../config/schema/setting.js'
import { dialectFilePath } from '../choose-plugin.js'

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
    const value = await withoutSecrets(setting, found.value, { folder: dirname(file.path), store })
    const written =
      setting.path === 'dialectFile' ? dialectFilePath(String(value), found.origin) : fileValue(setting, value)
    if (secretsIn(setting, value).length > 0) leftOut.push(setting.path)
    else if (written !== undefined) values.set(setting.path, written)
  }
  return { values, leftOut }
}

type Storing = { readonly folder: string; readonly store: (path: string, secret: string) => Promise<string> }

/** Replaces each secret by a reference to it. */
async function withoutSecrets(setting: Setting, value: unknown, { folder, store }: Storing): Promise<unknown> {
  const references = new Map<string, string>()
  for (const [at, secret] of secretsOf(setting, value)) {
    const named = secret.startsWith('file:') && `file:${resolve(folder, expandHome(secret.slice('file:'.length)))}`
    references.set(at, named || (isReference(secret) ? secret : await store(at, secret)))
  }
  return mapLeaves(setting.shape, value, setting.path, (_, leaf, at) => references.get(at) ?? leaf)
}
