import { type Origin, originText } from '../origin.js'
import type { Problem } from '../problem.js'
import type { Catalog } from '../schema/catalog.js'
import type { GoneName } from '../schema/gone-name.js'
import { parseBoolean } from '../values/convert.js'
import { type Environment, textOf } from '../values/resolve-secrets.js'
import type { FileContent } from './config-file.js'
import type { EnvFile } from './env-file.js'
import { yamlEntries } from './yaml-layer.js'

type GivenNames = {
  /** what each flag on the command line has, without dashes; `true` for a switch */
  readonly flags: ReadonlyMap<string, string>
  readonly env: Environment
  readonly envFile?: EnvFile | undefined
  readonly file: FileContent | null
}

/** Finds old names that no setting has taken over: refused ones are problems, ignored ones warnings. */
export function findGone(
  catalog: Catalog,
  { flags, env, envFile, file }: GivenNames,
): { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] } {
  const entries = file && 'table' in file && file.format === 'yaml' ? yamlEntries(file.table, catalog) : []
  const inFile = new Map(entries.filter(([key]) => !isOfSetting(key, catalog)))
  const variables = envFile && 'variables' in envFile ? envFile.variables : {}
  const found = catalog.gone.flatMap(one => {
    const { flag = '', env: variable = '' } = one
    const inEnvironment = textOf(env, variable)
    const origins: Origin[] = [
      ...(file && isGiven(one, inFile.get(flag)) ? [{ from: 'file' as const, file: file.path, key: flag }] : []),
      ...(envFile && !inEnvironment && isGiven(one, textOf(variables, variable))
        ? [{ from: 'envFile' as const, file: envFile.path, variable }]
        : []),
      ...(isGiven(one, inEnvironment) ? [{ from: 'environment' as const, variable }] : []),
      ...(isGiven(one, flags.get(flag)) ? [{ from: 'flag' as const, flag: `--${flag}` }] : []),
    ]
    return origins.map(origin => ({ fate: one.fate, problem: problemOf(one, origin) }))
  })
  const of = (fate: GoneName['fate']) => found.filter(one => one.fate === fate).map(({ problem }) => problem)
  return { problems: of('refused'), warnings: of('ignored') }
}

/** A miner of a plugin may have the name of one of the original's: `vicuna`. */
function isOfSetting(key: string, { keys, unread }: Catalog): boolean {
  return keys.has(key) || unread.has(key.split('.', 1)[0]!)
}

/** What is off asks for nothing. */
function isGiven({ takes }: GoneName, value: unknown): boolean {
  if (value === undefined || value === null || String(value).trim() === '') return false
  return takes === 'value' || parseBoolean(String(value)) !== false
}

function problemOf({ fate, why, instead = 'remove it' }: GoneName, origin: Origin): Problem {
  const name = origin.from === 'file' ? origin.key : originText(origin)
  const code = fate === 'refused' ? 'NOT_TAKEN_OVER' : 'WITHOUT_EFFECT'
  return { code, message: `${name} ${why}`, origin, hint: instead }
}
