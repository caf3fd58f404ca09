import { mapLeaves } from './schema/map-leaves.js'
import type { Setting } from './schema/setting.js'

/** The secrets in a value of a setting, by path, as they stand there: `shout.endpoints[1].apiKey` → `env:KEY`. */
export function secretsOf(
  { shape, path }: Pick<Setting, 'shape' | 'path'>,
  value: unknown,
): ReadonlyMap<string, string> {
  const secrets = new Map<string, string>()
  mapLeaves(shape, value, path, (leaf, text, at) => {
    if (leaf.kind === 'text' && leaf.secret && typeof text === 'string') secrets.set(at, text)
  })
  return secrets
}

/** Is a secret written as `env:NAME` or `file:PATH`, which is not secret itself? */
export function isReference(text: string): boolean {
  return /^(env|file):/.test(text)
}

/** What stands in the place of a secret wherever one is printed, and is refused where one is read. */
export const hidden = '***'
