import type { FlagDescription } from '../../config/describe/flags.js'
import { alike } from '../../config/layers/argv.js'

/**
 * Rewrites each flag as the command knows it: `_` counts as `-`, in both directions. `--max_tokens=5` becomes
 * `--max-tokens=5`.
 *
 * @param known long flags, without dashes
 */
export function spellFlags(
  argv: readonly string[],
  { known, descriptions }: { readonly known: readonly string[]; readonly descriptions: readonly FlagDescription[] },
): string[] {
  const truths = descriptions.filter(({ isTruth }) => isTruth).flatMap(({ name, aliases }) => [name, ...aliases])
  const names = [...known, ...descriptions.flatMap(({ aliases }) => aliases), ...truths.map(name => `no-${name}`)]
  const exact = new Set(names)
  const byLetters = new Map(names.map(name => [alike(name), name]))
  return wordsBeforeEnd(argv, word => {
    const [, name = '', value = ''] = /^--([^=]+)(.*)$/s.exec(word) ?? []
    const meant = exact.has(name) ? name : byLetters.get(alike(name))
    return meant === undefined ? [word] : [`--${meant}${value}`]
  })
}

/**
 * Leaves out each old flag of a list that has no value, which Python's `nargs='*'` takes for an empty list:
 * `--miner.blacklist.whitelist $HOTKEYS`, where there are none.
 */
export function dropEmptyLists(argv: readonly string[], descriptions: readonly FlagDescription[]): string[] {
  const lists = new Set(descriptions.filter(({ mayBeEmpty }) => mayBeEmpty).map(({ name }) => `--${name}`))
  return wordsBeforeEnd(argv, (word, next) =>
    lists.has(word) && (next === undefined || next.startsWith('--')) ? [] : [word],
  )
}

function wordsBeforeEnd(
  argv: readonly string[],
  change: (word: string, next: string | undefined) => readonly string[],
): string[] {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length
  return argv.flatMap((word, at) => (at < end ? change(word, argv[at + 1]) : [word]))
}
