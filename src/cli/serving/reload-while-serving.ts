import { statSync } from 'node:fs'
import type { Scope } from '../../app/scope.js'
import { LOG, POLICY, SET_LOG_LEVEL } from '../../app/tokens.js'
import type { Configuration } from '../../config/configuration.js'
import type { Layers } from '../../config/look-up.js'
import { escapeName } from '../../text/escape.js'
import { UsageError } from '../errors/usage-error.js'
import type { Hangups } from '../process/hangups.js'
import { checkReread } from './check-without-chain.js'
import { Reloader, type Reread } from './reload.js'
import { watchConfig } from './watch-config.js'

type Served = {
  readonly scope: Scope
  readonly configuration: Configuration
  readonly layers: Layers
  reread(last: Layers): Promise<Reread>
}

type Causes = {
  /** null at a terminal, where SIGHUP ends the miner */
  readonly hangups: Hangups | null
  /** the file to watch; null: it is read again on SIGHUP only */
  readonly watched: string | null
  readonly dev: boolean
}

/** Reads the configuration again on SIGHUP, and when the watched file changes, until it is disposed. */
export async function reloadWhileServing(
  { scope, configuration, layers, reread }: Served,
  { hangups, watched, dev }: Causes,
): Promise<Disposable> {
  const log = scope.resolve(LOG)
  const ignoreHangups = () => hangups?.listen(() => {})
  if (dev) {
    const message = 'SIGHUP changes nothing: --dev decides the policy, and the configuration file is not read again'
    hangups?.listen(() => log.info({ event: 'notReloaded', message }))
    return { [Symbol.dispose]: ignoreHangups }
  }
  const reloader = new Reloader({
    reread: async last => {
      const again = await reread(last)
      checkReread(again.configuration, configuration)
      return again
    },
    running: { configuration, layers },
    policy: await scope.resolve(POLICY),
    setLogLevel: scope.resolve(SET_LOG_LEVEL),
    log,
  })
  hangups?.listen(() => reloader.request('SIGHUP'))
  const onFailed = (error: unknown) => {
    const way = hangups ? 'SIGHUP still reads it again' : 'restart the miner to read it again'
    log.warn({ event: 'watchFailed', message: `the configuration file is not watched any more; ${way}`, error })
  }
  const watch = watched === null ? null : watchConfig(watched, { onChange: () => reloader.request('watch'), onFailed })
  return {
    [Symbol.dispose]() {
      watch?.[Symbol.dispose]()
      reloader[Symbol.dispose]()
      ignoreHangups()
    },
  }
}

/**
 * Returns the configuration file that can be watched.
 *
 * @throws {UsageError} NOTHING_TO_WATCH
 */
export function watchedFile({ file }: Layers): string {
  if (file && statSync(file.path, { throwIfNoEntry: false })?.isFile()) return file.path
  const problem = file ? `${escapeName(file.path)} is not a regular file` : 'there is no configuration file'
  throw new UsageError('NOTHING_TO_WATCH', `--watch-config has nothing to watch: ${problem}`, 'name one with --config')
}
