import type { Declared } from '../../plugin/load/discover.js'
import { problemError } from '../../plugin/load/plugin-error.js'
import { type ProblemReport, reportOf } from '../errors/error-report.js'
import { formatMessage } from '../errors/format-message.js'

type Entry<Definition> = {
  readonly name: string
  readonly from: { readonly package: string; readonly version: string }
  readonly plugin?: Declared
  load(): Promise<Definition>
}

/** A miner or a dialect in a list: its definition, or why it cannot be used. */
export type Listed<Definition> = {
  readonly name: string
  readonly package: string
  readonly version: string
  readonly definition: Definition | null
  readonly problem?: ProblemReport
}

/**
 * Loads all miners or dialects, each separately: one that fails does not affect the others.
 *
 * @param declared what plugins declare of that kind; a name that another plugin has taken is listed with that problem
 */
export async function listPlugins<Definition>(
  entries: ReadonlyMap<string, Entry<Definition>>,
  declared: readonly Declared[],
): Promise<readonly Listed<Definition>[]> {
  const hidden = declared.filter(plugin => entries.get(plugin.name)?.plugin !== plugin)
  const all = [...entries.values(), ...hidden.map(hiddenEntry)]
  return Promise.all(
    all.map(async ({ name, from, load }): Promise<Listed<Definition>> => {
      const what = { name, package: from.package, version: from.version }
      try {
        return { ...what, definition: await load() }
      } catch (error) {
        const { code, message, hint } = reportOf(error)!
        return { ...what, definition: null, problem: { code, message, hint } }
      }
    }),
  )
}

/** Prints to standard error why some cannot be used. */
export function warnUnusable(listed: readonly Listed<unknown>[]): void {
  for (const { problem } of listed) if (problem) process.stderr.write(formatMessage({ label: 'warning', ...problem }))
}

function hiddenEntry(plugin: Declared): Entry<never> {
  return { name: plugin.name, from: plugin.from, plugin, load: () => Promise.reject(problemError(plugin)) }
}
