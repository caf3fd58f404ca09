/** What can be a miner's or a dialect's name: kebab-case, because it becomes a table, a variable and a flag. */
export function isPluginName(text: string): boolean {
  return text.length <= 40 && /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(text)
}
