import { writePrivateFile } from '../../disk/private-file.js'
import type { Log } from '../../plugin/log.js'
import { isServing, readState, type ServingState, stateText } from './serving-state.js'

/** The process that a state is of. Two containers may have the same pid. */
type Owner = Pick<ServingState, 'pid' | 'startedAt'>

type FileOptions = {
  readonly log: Log
  readonly owner: Owner
  /** epoch milliseconds */
  readonly now: () => number
}

/**
 * The file on disk. It belongs to one process at a time: a process that finds the file of another one that serves leaves it
 * alone until the other stops, or has written nothing for a minute.
 */
export class StateFile {
  readonly #path: string
  readonly #options: FileOptions
  #isFailing = false
  /** whether a process has looked before, and so has seen each later owner write */
  #hasLooked = false
  /** the process that the log has named */
  #reported: Owner | null = null

  constructor(path: string, options: FileOptions) {
    this.#path = path
    this.#options = options
  }

  /** Writes a state of this process. Never rejects: a failure is logged, once until the next success. */
  async replace(state: Omit<ServingState, 'version' | 'pid' | 'startedAt'>): Promise<void> {
    const { log, owner } = this.#options
    const other = await this.#otherOwner()
    if (other) return this.#report(other)
    this.#reported = null
    try {
      await writePrivateFile(this.#path, stateText({ ...owner, ...state }))
      this.#isFailing = false
    } catch (error) {
      if (!this.#isFailing) {
        const message = `cannot write the file that miner status reads: ${(error as Error).message}`
        log.warn({ event: 'stateUnwritten', message, path: this.#path, error })
      }
      this.#isFailing = true
    }
  }

  /** Returns the state of another process that serves and has the file. */
  async #otherOwner(): Promise<ServingState | null> {
    const { owner, now } = this.#options
    const isFirstLook = !this.#hasLooked
    this.#hasLooked = true
    const { state } = await readState(this.#path)
    if (!state || !isServing(state, now())) return null
    if (state.pid === owner.pid && state.startedAt === owner.startedAt) return null
    // At the start it may be of a process that was killed a moment ago; this one may have its pid, in a container.
    return isFirstLook && (state.pid === owner.pid || !isAlive(state.pid)) ? null : state
  }

  #report({ pid, startedAt, url, hotkey, netuid }: ServingState): void {
    if (this.#reported?.pid === pid && this.#reported.startedAt === startedAt) return
    this.#reported = { pid, startedAt }
    this.#options.log.warn({
      event: 'servedTwice',
      pid,
      url,
      message: `process ${pid} serves hotkey ${hotkey} on subnet ${netuid}, too, at ${url}: miner status shows that process, not this one`,
      hint: 'stop one of the two: the chain holds one address for a hotkey, and validators ask that one only',
    })
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // EPERM: it runs as another user.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
