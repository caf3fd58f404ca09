import type { HourOfRequests } from '../../doctor/miner/refusals.js'
import type { DoctorContext } from './doctor-context.js'

/** What the miner that runs on this machine answered and refused in the last hour. */
export type LastHour = HourOfRequests & {
  /** of the answers, those that their deadline cut; 0 where that is not told */
  readonly cut: number
}

/** Returns what a running miner tells of its last hour, in its state file or at its admin port; null: none tells it. */
export async function lastHour({ running, live }: Pick<DoctorContext, 'running' | 'live'>): Promise<LastHour | null> {
  const state = await running()
  if (state) {
    const { callers, others, reasons, cut } = state.requests
    const answered = callers.reduce((sum, one) => sum + one.answered, others.answered)
    return { by: 'the state file of the miner that runs', dialect: state.dialect, answered, reasons, cut: cut ?? 0 }
  }
  const { status } = (await live()) ?? {}
  if (!status) return null
  const answered = status.validators.reduce((sum, one) => sum + one.answered, 0)
  const { dialect } = status.miner
  return {
    by: 'the figures of the admin port of the miner that runs',
    dialect,
    answered,
    reasons: status.reasons,
    cut: 0,
  }
}
