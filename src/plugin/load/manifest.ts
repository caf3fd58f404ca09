/**
 * Version of the contract between a plugin and this host. A plugin declares the version that it was written for in its
 * package.json (`"oclif": { "contract": 2 }`). An addition raises `version`; a removal raises `oldest`, which only a
 * major version of this package may do.
 */
export const contract = { version: 2, oldest: 1 } as const

/** Returns whether a miner or a dialect may have this name: kebab-case, as it becomes a table, a variable and a flag. */
export function isPluginName(text: string): boolean {
  return text.length <= 40 && /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(text)
}
