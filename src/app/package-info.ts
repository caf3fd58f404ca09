import { readFileSync } from 'node:fs'

/** This package, as its package.json names it. */
export function packageInfo(): { readonly package: string; readonly version: string } {
  const { name, version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return { package: name, version }
}
