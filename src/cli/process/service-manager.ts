import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Log } from '../../plugin/log.js'

/** How long one message may take. `systemd-notify` waits until the manager has read it. */
const NOTIFY_MS = 5_000

const run = promisify(execFile)

/** The manager that started this process as a unit of `Type=notify`. */
export type ServiceManager = {
  /** Says that the port is open. */
  ready(): Promise<void>
  /** Says that the process ends by itself, once its requests are finished. */
  stopping(): Promise<void>
}

/**
 * Returns the service manager that `NOTIFY_SOCKET` names; one that hears nothing where it is not set. Node has no datagram
 * sockets of Unix, so `systemd-notify` sends each message, and the unit needs `NotifyAccess=all`. A message that cannot be
 * sent is logged once, and changes nothing else.
 */
export function serviceManager(env: NodeJS.ProcessEnv, log: Pick<Log, 'warn'>): ServiceManager {
  let hasFailed = false
  const notify = async (...words: readonly string[]) => {
    if (!env.NOTIFY_SOCKET) return
    try {
      await run('systemd-notify', words, { env, timeout: NOTIFY_MS, killSignal: 'SIGKILL' })
    } catch (error) {
      if (!hasFailed) log.warn({ event: 'notifyFailed', message: failureText(error as Failure), hint })
      hasFailed = true
    }
  }
  return {
    ready: () => notify('--ready', `--pid=${process.pid}`),
    // Its flag `--stopping` is of systemd 253, and Debian 12 has 252.
    stopping: () => notify('STOPPING=1'),
  }
}

const hint = 'a unit of Type=notify needs the program systemd-notify and NotifyAccess=all; Type=exec needs neither'

type Failure = Error & { readonly code?: string | number; readonly killed?: boolean; readonly stderr?: string }

function failureText({ code, killed, stderr, message }: Failure): string {
  if (code === 'ENOENT') return 'the service manager was told nothing: systemd-notify is not installed'
  const why = killed ? `it did not end within ${NOTIFY_MS / 1000} s` : stderr?.trim() || message
  return `the service manager was told nothing: systemd-notify failed: ${why}`
}
