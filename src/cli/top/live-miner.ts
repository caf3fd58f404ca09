import type { LiveStatus } from '../../admin/api.js'
import { type RunningAdmin, runningAdmins } from '../../admin/running-ports.js'
import { UsageError } from '../errors/usage-error.js'
import { readStatus } from './admin-client.js'

/** A miner that runs on this machine, and has an admin port. */
export type LiveMiner = Pick<RunningAdmin, 'pid' | 'url' | 'tokenFile'> & LiveFigures

type LiveFigures =
  | { readonly status: LiveStatus; readonly problem: null }
  /** the port is open, and does not give its figures */
  | { readonly status: null; readonly problem: string }

type Wanted = {
  readonly hotkey: string
  /** null: one without a chain */
  readonly netuid: number | null
  /** of the axon; 0: any. Several miners of a development key may run on other ports. */
  readonly port: number
}

/** Finds the miner of a hotkey by its admin port, and asks it for its figures; null: none of this user has one. */
export async function findLiveMiner(
  folder: string,
  { hotkey, netuid, port }: Wanted,
  signal: AbortSignal,
): Promise<LiveMiner | null> {
  const running = await runningAdmins(folder)
  const own = running.filter(one => one.hotkey === hotkey && (one.netuid ?? null) === netuid)
  const found = await Promise.all(
    own.map(async one => {
      const { pid, url, tokenFile } = one
      return { pid, url, tokenFile, ...(await figuresOf(one, signal)) }
    }),
  )
  const told = found.filter(({ status }) => status !== null)
  return told.find(({ status }) => status?.miner.port === port) ?? told[0] ?? found[0] ?? null
}

async function figuresOf(admin: RunningAdmin, signal: AbortSignal): Promise<LiveFigures> {
  try {
    return { status: await readStatus(admin, signal), problem: null }
  } catch (error) {
    if (error instanceof UsageError) return { status: null, problem: error.message }
    throw error
  }
}
