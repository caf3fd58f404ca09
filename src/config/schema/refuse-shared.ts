import { ConfigError } from '../config-error.js'

/**
 * Refuses names that two settings share.
 *
 * @param what follows "two settings": `share the name`
 * @throws {ConfigError} CONFIG_SCHEMA
 */
export function refuseShared(names: readonly string[], what: string): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new ConfigError('CONFIG_SCHEMA', `two settings ${what} ${twice}`)
}
