import { resolve } from 'node:path'

/** The folder that `plugins:link` was given; none of its flags takes a value. */
export function linkedFolder(argv: readonly string[]): string {
  return resolve(argv.find(word => !word.startsWith('-')) ?? '.')
}
