/** The value that was typed for a flag, before anything is parsed: `--name value` or `--name=value`. */
export function typedValue(argv: readonly string[], name: string): string | undefined {
  for (const [at, word] of argv.entries()) {
    if (word === '--') return undefined
    if (word === `--${name}`) return argv[at + 1]
    if (word.startsWith(`--${name}=`)) return word.slice(name.length + 3)
  }
  return undefined
}
