import type { Diagnosis } from '../plugin/miner.js'
import type { doctorCodes } from './doctor-codes.js'
import type { CheckName } from './doctor-table.js'

/** What a check found; `how` tells how, and `code` what is wrong: `doctorCodes` has those of the doctor itself. */
export type Finding = Omit<Diagnosis, 'name' | 'how'> & {
  readonly code?: string
  readonly how: string
}

export type DoctorCode = keyof typeof doctorCodes

/** One check of the doctor. */
export type DoctorCheck = {
  readonly name: CheckName
  /** how long it may take; by default `CHECK_MS` */
  readonly timeoutMs?: number
  /** @returns nothing when the check does not apply to this miner · @throws whatever keeps it from an answer */
  run(signal: AbortSignal): Promise<readonly Finding[]>
}

/** What a check found, and how long it took. */
export type Checked = {
  readonly name: CheckName
  readonly ms: number
  readonly findings: readonly Finding[]
}

/** Makes findings that were found in the same way. */
export function findingsBy(how: string) {
  const bad = (verdict: 'warning' | 'fault') => (code: DoctorCode, message: string, hint?: string) => {
    return { verdict, code, message, how, ...(hint !== undefined && { hint }) } satisfies Finding
  }
  return {
    ok: (message: string): Finding => ({ verdict: 'ok', message, how }),
    unknown: (message: string, hint?: string): Finding => ({
      verdict: 'unknown',
      message,
      how,
      ...(hint !== undefined && { hint }),
    }),
    warning: bad('warning'),
    fault: bad('fault'),
  }
}
