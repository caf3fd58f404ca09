import { escapeName } from '../../text/escape.js'
import { type Origin, originText } from '../origin.js'
import type { Problem } from '../problem.js'
import type { GoneName } from '../schema/gone-name.js'
import { parseBoolean } from '../values/convert.js'
import { type Environment, textOf } from '../values/resolve-secrets.js'

type GivenNames = {
  /** flags on the command line, without dashes */
  readonly flags: readonly string[]
  readonly env: Environment
}

/** Finds old names that no setting has taken over: refused ones are problems, ignored ones warnings. */
export function findGone(
  gone: readonly GoneName[],
  { flags, env }: GivenNames,
): { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] } {
  const found = gone.flatMap(one => [
    ...(one.flag !== undefined && flags.includes(one.flag) ? [tell(one, { from: 'flag', flag: `--${one.flag}` })] : []),
    ...(one.env !== undefined && isGiven(one, textOf(env, one.env))
      ? [tell(one, { from: 'environment', variable: one.env })]
      : []),
  ])
  const of = (fate: GoneName['fate']) => found.filter(one => one.fate === fate).map(({ problem }) => problem)
  return { problems: of('refused'), warnings: of('ignored') }
}

/** A switch that is off asks for nothing. */
export function isGiven({ takes }: GoneName, value: unknown): boolean {
  if (value === undefined || value === null || String(value).trim() === '') return false
  return takes !== 'nothing' || parseBoolean(String(value)) !== false
}

function tell({ fate, why, instead = 'remove it' }: GoneName, origin: Origin) {
  const name = origin.from === 'file' ? escapeName(origin.key ?? '') : originText(origin)
  const code = fate === 'refused' ? 'NOT_TAKEN_OVER' : 'WITHOUT_EFFECT'
  return { fate, problem: { code, message: `${name} ${why}`, origin, hint: instead } satisfies Problem }
}
