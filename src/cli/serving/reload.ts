import { isDeepStrictEqual } from 'node:util'
import type { PolicyInForce } from '../../app/chain/policy-in-force.js'
import { type LogLevel, logLevels } from '../../app/log/levels.js'
import { hostSections } from '../../app/settings.js'
import { ConfigError } from '../../config/config-error.js'
import { type Configuration, valueAt, valuesOf } from '../../config/configuration.js'
import { createLookup, type Layers } from '../../config/look-up.js'
import { originText } from '../../config/origin.js'
import { problemText } from '../../config/problem.js'
import type { Log } from '../../plugin/log.js'
import { reportOf } from '../errors/error-report.js'
import { logWarnings } from '../open-run.js'

/** What asks for the configuration to be read again. */
export type ReloadCause = 'SIGHUP' | 'watch'

/** The configuration as it is read again, and what it is read from. */
export type Reread = { readonly configuration: Configuration; readonly layers: Layers }

type ReloaderOptions = {
  /**
   * Reads and checks the whole configuration again, as at the start.
   *
   * @param last what was taken over last
   * @throws the error that the start would end with
   */
  readonly reread: (last: Layers) => Promise<Reread>
  /** what the miner runs with */
  readonly running: Reread
  readonly policy: Pick<PolicyInForce, 'replace'>
  readonly setLogLevel: (level: LogLevel) => void
  readonly log: Log
}

/**
 * Takes over from the configuration file what can change while the miner serves: the policy and the level of the log. A file
 * with a mistake changes nothing. Reloads run one at a time, and those that are asked for meanwhile are one. Disposing it ends
 * a reload that runs, without a change.
 */
export class Reloader implements Disposable {
  readonly #options: ReloaderOptions
  /** what was taken over last; at first what runs */
  #last: Reread
  /** whether the reload after it found a mistake */
  #isRefused = false
  #isReloading = false
  #isDisposed = false
  #next: ReloadCause | null = null

  constructor(options: ReloaderOptions) {
    this.#options = options
    this.#last = options.running
  }

  /** Reloads now, or after the reload that runs. Never throws. */
  request(by: ReloadCause): void {
    // A reload by a signal is reported even when nothing has changed.
    this.#next = this.#next === 'SIGHUP' ? 'SIGHUP' : by
    if (!this.#isReloading) void this.#reloadAll()
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true
  }

  async #reloadAll(): Promise<void> {
    this.#isReloading = true
    for (let by = this.#next; by !== null && !this.#isDisposed; by = this.#next) {
      this.#next = null
      await this.#reload(by)
    }
    this.#isReloading = false
  }

  async #reload(by: ReloadCause): Promise<void> {
    const { reread, policy, log } = this.#options
    const last = this.#last
    try {
      const next = await reread(last.layers)
      if (this.#isDisposed) return
      const differing = changes(last.configuration, next.configuration)
      if (differing.some(path => path.startsWith('policy.')))
        policy.replace(valuesOf(next.configuration, hostSections.policy))
      const isOld = !this.#isRefused && differing.length === 0 && isSameFile(last.layers, next.layers)
      this.#last = next
      this.#isRefused = false
      // A watched file may be touched, or get another comment.
      if (by === 'watch' && isOld) return
      this.#report(by, { changed: differing.filter(isLive), last, next })
    } catch (error) {
      // The scope closes with the miner.
      if (this.#isDisposed) return
      this.#isRefused = true
      const refusal = refusalFields(error)
      // An error of this program may not recur, so it is logged with its stack.
      log['error' in refusal ? 'error' : 'warn']({ event: 'reloadRefused', by, ...refusal })
    }
  }

  #report(by: ReloadCause, { changed, last, next }: Taken): void {
    const { running, setLogLevel, log } = this.#options
    const { configuration, layers } = next
    const overridden = overriddenIn(configuration, layers)
    const needsRestart = changes(running.configuration, configuration).filter(path => !isLive(path))
    const message = reloadText({ changed, overridden, needsRestart })
    const level = valuesOf(configuration, hostSections.log).level
    // A log that becomes quieter says so first.
    setLogLevel(moreTalkative(level, valuesOf(last.configuration, hostSections.log).level))
    // What the file says and the miner does not do must reach an operator who logs warnings only.
    const severity = overridden.length + needsRestart.length > 0 ? 'warn' : 'info'
    log[severity]({ event: 'reloaded', by, changed, overridden, needsRestart, message })
    const known = new Set(last.configuration.warnings.map(problemText))
    logWarnings(
      configuration.warnings.filter(problem => !known.has(problemText(problem))),
      log,
    )
    setLogLevel(level)
  }
}

/** A reload that was taken over, and what was before it. */
type Taken = { readonly changed: readonly string[]; readonly last: Reread; readonly next: Reread }

function moreTalkative(one: LogLevel, other: LogLevel): LogLevel {
  return logLevels[Math.min(logLevels.indexOf(one), logLevels.indexOf(other))]!
}

/** Whether a setting can change while the miner serves. */
function isLive(path: string): boolean {
  return path.startsWith('policy.') || path === 'log.level'
}

/** The paths of the settings that differ. Those of the chosen miner are left out where another one is chosen. */
function changes(one: Configuration, other: Configuration): readonly string[] {
  const known = new Set(other.settings.map(({ path }) => path))
  return one.settings
    .filter(setting => known.has(setting.path) && !isDeepStrictEqual(valueAt(one, setting), valueAt(other, setting)))
    .map(({ path }) => path)
}

/** Whether the files say the same, which a flag or a variable may override. */
function isSameFile(one: Layers, other: Layers): boolean {
  const tableOf = ({ file }: Layers) => (file && 'table' in file ? file.table : null)
  return isDeepStrictEqual(tableOf(one), tableOf(other))
}

/** The settings of the file that a flag or a variable overrides, each with that: `policy.deny (--deny)`. */
function overriddenIn({ origins }: Configuration, { file }: Layers): readonly string[] {
  const { merged } = createLookup([hostSections.policy, hostSections.log], { argv: [], env: {}, file })
  return [...merged.keys()].filter(isLive).flatMap(path => {
    const origin = origins.get(path)
    const overrides = origin && origin.from !== 'file' && origin.from !== 'default'
    return overrides ? [`${path} (${originText(origin)})`] : []
  })
}

type ReloadReport = Readonly<Record<'changed' | 'overridden' | 'needsRestart', readonly string[]>>

function reloadText({ changed, overridden, needsRestart }: ReloadReport): string {
  return [
    changed.length > 0 ? `in force from now on: ${changed.join(', ')}` : 'nothing changes in the policy and log.level',
    ...(overridden.length > 0 ? [`a flag or variable overrides the file: ${overridden.join(', ')}`] : []),
    ...(needsRestart.length > 0 ? [`needs a restart: ${needsRestart.join(', ')}`] : []),
  ].join('; ')
}

/** The code of an error of this program. */
const UNEXPECTED = 'UNEXPECTED'

/** What the start would have said, in one record. */
function refusalFields(error: unknown): object {
  const problems =
    error instanceof ConfigError
      ? error.problems.map(problem => ({ message: problemText(problem), hint: problem.hint }))
      : []
  const { code = UNEXPECTED, message = String(error), hint } = reportOf(error) ?? {}
  const text = problems.length > 0 ? problems.map(problem => problem.message).join('; ') : message
  return {
    code,
    message: `nothing changes, because the configuration cannot be used: ${text}`,
    ...(hint !== undefined && { hint }),
    ...(problems.length > 1 && { problems }),
    ...(code === UNEXPECTED && { error }),
  }
}
