import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Flags } from '@oclif/core'
import type { Scope } from '../../app/scope.js'
import { hostSections } from '../../app/settings.js'
import { CONFIGURATION, HOTKEY, REQUEST_LOG_FOLDER, RESOURCES } from '../../app/tokens.js'
import { valuesOf } from '../../config/configuration.js'
import { expandHome } from '../../config/read-bounded.js'
import { developmentKeys } from '../../keys/development-keys.js'
import { type RequestLogFile, readRequestLog } from '../../request-log/read-request-log.js'
import { RequestLogError } from '../../request-log/request-log-error.js'
import { requestLogPath } from '../../request-log/request-log-path.js'
import { shellWord } from '../../text/shell-word.js'
import { readAddress } from '../../wallet/read-address.js'
import { WalletError } from '../../wallet/wallet-error.js'
import { conflictsWith, devConflicts } from '../dev-mode.js'
import type { CommandLineRules } from '../open-run.js'

const [, bob] = developmentKeys

/** The flags that choose a request log, beside those of the wallet and `--netuid`. */
export const requestLogFlags = {
  dev: Flags.boolean({ description: 'the request log of `miner serve --dev`', exclusive: ['file'] }),
  file: Flags.string({ description: 'a request log, such as a backup', helpValue: 'FILE' }),
}

/** What is wrong with typed settings beside these flags. */
export const requestLogRules: CommandLineRules = {
  conflicts: ({ dev, file }, typed) => [
    ...(dev ? devConflicts(typed, ['wallet']) : []),
    ...(file === undefined ? [] : conflictsWith('--file', typed, ['wallet', 'netuid'])),
  ],
}

/** The sections of settings that choose a request log. */
export const requestLogSections = ['subnet', 'wallet'] as const

type Chosen = { readonly dev: boolean; readonly file?: string | undefined }

/**
 * Returns the path of the request log that flags and settings choose, which need not exist. It asks for no password if the
 * public half of the hotkey is beside it.
 *
 * @throws {WalletError} when it is not known whose hotkey it is
 */
export async function findRequestLog(scope: Scope, { dev, file }: Chosen): Promise<string> {
  if (file !== undefined) return resolve(expandHome(file))
  const configuration = scope.resolve(CONFIGURATION)
  const { netuid } = valuesOf(configuration, hostSections.subnet)
  const folder = scope.resolve(REQUEST_LOG_FOLDER)
  const ofDev = requestLogPath(folder, { netuid, hotkey: bob.address })
  const known = dev
    ? bob
    : await readAddress(valuesOf(configuration, hostSections.wallet)).catch(error => pointToDev(error, ofDev))
  const hotkey = known.address ?? (await scope.resolve(HOTKEY)).address
  return requestLogPath(folder, { netuid, hotkey })
}

/** An operator who served with `--dev` may lack a wallet, and looks for that log. */
function pointToDev(error: unknown, ofDev: string): never {
  if (!(error instanceof WalletError) || !existsSync(ofDev)) throw error
  const hint = `read the log of miner serve --dev with --dev, or ${error.hint}`
  throw new WalletError(error.code, error.message, { hint, cause: error })
}

/**
 * Opens that request log to read it, until the scope closes.
 *
 * @throws {WalletError} as `findRequestLog` · {RequestLogError} REQUEST_LOG_MISSING · REQUEST_LOG_UNREADABLE
 */
export async function openRequestLog(scope: Scope, chosen: Chosen): Promise<RequestLogFile> {
  const path = await findRequestLog(scope, chosen)
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error)
  if ('code' in found) throw unseen(path, found, await missingHint(scope.resolve(REQUEST_LOG_FOLDER), chosen))
  return scope.resolve(RESOURCES).own(readRequestLog(path))
}

function unseen(path: string, { code }: NodeJS.ErrnoException, hint: string): RequestLogError {
  if (code === 'EACCES' || code === 'EPERM')
    return new RequestLogError('REQUEST_LOG_UNREADABLE', `this user may not enter the folder of ${path} (${code})`, {
      hint: 'run the command as the user of the miner',
    })
  return new RequestLogError('REQUEST_LOG_MISSING', `the request log ${path} does not exist`, { hint })
}

async function missingHint(folder: string, { file }: Chosen): Promise<string> {
  if (file !== undefined) return 'miner logs path prints where the miner has its own'
  const names = await readdir(folder).catch(() => []) // there is no folder before the first request log
  const other = names.find(name => name.endsWith('.sqlite'))
  return other
    ? `name the hotkey and the subnet, or a file: --file ${shellWord(join(folder, other))}`
    : 'serve with --request-log metadata, which keeps requests from then on'
}
