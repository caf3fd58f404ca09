import type { DoctorCheck } from '../../doctor/check.js'
import { type CheckName, checkNames } from '../../doctor/doctor-table.js'
import type { DoctorContext } from '../doctor/doctor-context.js'
import { axonChecks } from './axon-checks.js'
import { checkBudget } from './budget-check.js'
import { logChecks } from './log-checks.js'
import { machineChecks } from './machine-checks.js'
import { modelChecks } from './model-checks.js'
import { settingsChecks } from './settings-checks.js'
import { subnetChecks } from './subnet-checks.js'

/**
 * Returns the checks of the doctor, in the order of the table. Where settings have problems, the others are checked with defaults in
 * their place: then the check of the configuration says so, whichever are wanted.
 *
 * @param only their names; empty: all
 */
export function doctorChecks(context: DoctorContext, only: readonly CheckName[]): readonly DoctorCheck[] {
  const all = [
    ...settingsChecks(context),
    ...machineChecks(context),
    ...logChecks(context),
    ...subnetChecks(context),
    ...axonChecks(context),
    ...modelChecks(context),
    { name: 'budget', run: () => checkBudget(context) } as const,
  ]
  const { configuration, unusable } = context
  const isBroken = unusable.length > 0 || (configuration.problems ?? []).length > 0
  const wanted = new Set<CheckName>([
    ...(only.length === 0 ? checkNames : only),
    ...(isBroken ? ['configuration' as const] : []),
  ])
  return checkNames.filter(name => wanted.has(name)).flatMap(name => all.filter(check => check.name === name))
}
