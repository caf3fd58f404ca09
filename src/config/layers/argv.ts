/** Returns the value typed for a flag, before oclif parses the command line: `--name value` or `--name=value`. */
export function typedValue(argv: readonly string[], name: string): string | undefined {
  return typedValues(argv, name)[0]
}

/** Returns the one form of a flag's names that differ in `_` and `-`, which count as the same. */
export function alike(flag: string): string {
  return flag.replaceAll('_', '-')
}

/** Returns all values typed for a flag. A list's flag takes every word up to the next flag, and may be repeated. */
export function typedValues(argv: readonly string[], name: string): readonly string[] {
  const words = argv.slice(0, endOfFlags(argv))
  return words.flatMap((word, at) => {
    const rest = words.slice(at + 1)
    const [, typed, , text] = /^--([^=]+)(=(.*))?$/s.exec(word) ?? []
    const value = typed !== undefined && alike(typed) === alike(name) ? (text ?? rest.shift()) : undefined
    if (value === undefined) return []
    const next = rest.findIndex(other => other.startsWith('-'))
    return [value, ...rest.slice(0, next === -1 ? undefined : next)]
  })
}

/** Returns whether `--json` is typed before a `--` that ends the flags, or set by the variable, which oclif reads too. */
export function wantsJson(argv: readonly string[]): boolean {
  const typed = argv.slice(0, endOfFlags(argv)).includes('--json')
  return typed || process.env.MINER_CONTENT_TYPE?.toLowerCase() === 'json'
}

/** Returns how many words of a command line stand before a `--` that ends the flags. */
export function endOfFlags(argv: readonly string[]): number {
  const end = argv.indexOf('--')
  return end === -1 ? argv.length : end
}
