/** Is `--json` typed, before a `--` that ends the flags? oclif heeds the variable too. */
export function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  const typed = (end === -1 ? argv : argv.slice(0, end)).includes('--json')
  return typed || process.env.MINER_CONTENT_TYPE?.toLowerCase() === 'json'
}
