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

/** Returns the checks of the doctor, in the order of the table. @param only their names; empty: all */
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
  return checkNames
    .filter(name => only.length === 0 || only.includes(name))
    .flatMap(name => all.filter(check => check.name === name))
}
