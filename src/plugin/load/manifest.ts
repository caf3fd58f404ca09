/**
 * Version of what a plugin and this host say to each other. A plugin names the one that it was written for in its
 * package.json (`"oclif": { "contract": 1 }`). It goes up when something is added; `oldest` when something is gone, which
 * only a major version of this package may do.
 */
export const contract = { version: 1, oldest: 1 } as const

/** What can be a miner's or a dialect's name: kebab-case, because it becomes a table, a variable and a flag. */
export function isPluginName(text: string): boolean {
  return text.length <= 40 && /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(text)
}
