import { readFileSync } from 'node:fs'

/** Returns name and version of this package, from its package.json. */
export function packageInfo(): { readonly package: string; readonly version: string } {
  const { name, version } = JSON.parse(readFileSync(new URL(import.meta.resolve('#package')), 'utf8'))
  return { package: name, version }
}
