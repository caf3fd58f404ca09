import { contradictions } from '../../app/settings.js'
import { CHOSEN_DIALECT, PLUGINS, PLUGINS_IN_USE } from '../../app/tokens.js'
import { ConfigError } from '../../config/config-error.js'
import { type Problem, problemText } from '../../config/problem.js'
import type { DoctorCheck, Finding } from '../../doctor/check.js'
import { checkPlugins } from '../../doctor/miner/plugins.js'
import type { DialectDefinition } from '../../plugin/dialect.js'
import { contract } from '../../plugin/load/manifest.js'
import { PluginError } from '../../plugin/load/plugin-error.js'
import type { DoctorContext } from '../doctor/doctor-context.js'
import { UsageError } from '../errors/usage-error.js'
import { checkWithoutChain } from '../serving/check-without-chain.js'

const how = 'merged and validated the file, the variables and the flags, as miner serve does'

/** The checks of the settings, and of the plugins. */
export function settingsChecks(context: DoctorContext): readonly DoctorCheck[] {
  const { scope } = context
  return [
    { name: 'configuration', run: async () => configurationFindings(context) },
    {
      name: 'plugins',
      run: async () => checkPlugins(scope.resolve(PLUGINS), { contract, inUse: scope.resolve(PLUGINS_IN_USE) }),
    },
  ]
}

function configurationFindings({ configuration, unusable, dev, scope }: DoctorContext): readonly Finding[] {
  const { problems = [], warnings } = configuration
  const faults = [...problems, ...contradictions(configuration)].map(problem => findingOf(problem, 'fault'))
  const found = [
    ...unusable,
    ...faults,
    ...(dev || faults.length > 0
      ? []
      : withoutChain(configuration, unusable.length > 0 ? undefined : scope.resolve(CHOSEN_DIALECT))),
    ...warnings.map(problem => findingOf(problem, 'warning')),
  ]
  return found.length > 0 ? found : [{ verdict: 'ok', message: 'valid', how }]
}

/** What `miner serve` refuses without a chain. */
function withoutChain(
  configuration: DoctorContext['configuration'],
  dialect: DialectDefinition | undefined,
): readonly Finding[] {
  try {
    checkWithoutChain(configuration, dialect)
    return []
  } catch (error) {
    const found = errorFindings(error)
    if (found) return found
    throw error
  }
}

/** Turns a problem of the configuration into a finding. @param by how it was found; by default as the others of the file */
export function findingOf(problem: Problem, verdict: 'fault' | 'warning', by = how): Finding {
  const { code, hint } = problem
  return { verdict, code, message: problemText(problem), how: by, ...(hint !== undefined && { hint }) }
}

/** Turns an error of the configuration into findings; null: it is another error. */
export function errorFindings(error: unknown): readonly Finding[] | null {
  if (error instanceof ConfigError && error.problems.length > 0)
    return error.problems.map(problem => findingOf(problem, 'fault'))
  if (!(error instanceof UsageError || error instanceof PluginError)) return null
  const { code, message, hint } = error
  return [{ verdict: 'fault', code, message, how, ...(hint !== undefined && { hint }) }]
}
