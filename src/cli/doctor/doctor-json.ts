import type { Checked } from '../../doctor/check.js'
import { doctorTable } from '../../doctor/doctor-table.js'
import { countVerdicts } from './doctor-page.js'

/** Returns what the doctor found as a JSON document. Its names are API. */
export function doctorJson(
  checked: readonly Checked[],
  { at, version }: { readonly at: Date; readonly version: string },
) {
  return {
    at: at.toISOString(),
    version,
    counts: countVerdicts(checked),
    checks: checked.map(({ name, ...one }) => ({ name, part: doctorTable[name].part, ...one })),
  }
}
