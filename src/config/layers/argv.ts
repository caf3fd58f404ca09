/** The value that was typed for a flag, before anything is parsed: `--name value` or `--name=value`. */
export function typedValue(argv: readonly string[], name: string): string | undefined {
  return typedValues(argv, name)[0]
}

/** All values that were typed for it: a list's flag takes the words behind it up to the next flag, and may come often. */
export function typedValues(argv: readonly string[], name: string): readonly string[] {
  const end = argv.indexOf('--')
  const words = end === -1 ? argv : argv.slice(0, end)
  return words.flatMap((word, at) => {
    const behind = words.slice(at + 1)
    const value = word === `--${name}` ? behind.shift() : word.startsWith(`--${name}=`) && word.slice(name.length + 3)
    if (value === undefined || value === false) return []
    const next = behind.findIndex(other => other.startsWith('-'))
    return [value, ...behind.slice(0, next === -1 ? undefined : next)]
  })
}

/** Is `--json` typed, before a `--` that ends the flags? oclif heeds the variable too. */
export function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  const typed = (end === -1 ? argv : argv.slice(0, end)).includes('--json')
  return typed || process.env.MINER_CONTENT_TYPE?.toLowerCase() === 'json'
}
