import { readFile, readlink } from 'node:fs/promises'
import { hostname } from 'node:os'

/** A process: a pid alone may be another's by now, above all in a container that was started again. */
export type StartedProcess = {
  readonly pid: number
  /** in clock ticks since the boot of Linux; undefined where that cannot be read */
  readonly started?: string | undefined
}

/** Describes a process of this machine, so that `isRunning` can recognise it later. */
export async function startedProcess(pid: number): Promise<StartedProcess> {
  return { pid, started: await startOf(pid) }
}

/** Returns whether a process of this place still runs. */
export async function isRunning({ pid, started }: StartedProcess): Promise<boolean> {
  const now = await startOf(pid)
  if (now === ENDED) return false
  if (now !== undefined && started !== undefined) return now === started
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * Identifies the kernel, its boot and the pid namespace, in which alone a pid can be looked up: containers may share a
 * host name. Outside Linux: the host.
 */
export async function thisPlace(): Promise<string> {
  const [boot, pids] = await Promise.all([bootId(), readlink('/proc/self/ns/pid').catch(() => '')])
  return [hostname(), boot ?? '', pids].join(' ')
}

/** Returns what identifies this boot of the kernel; undefined outside Linux. */
export async function bootId(): Promise<string | undefined> {
  const text = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')
  return text.trim() || undefined
}

/** A zombie: it has ended, and its parent never asks for its exit code. */
const ENDED = 'ended'

async function startOf(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The command in parentheses may hold anything; the state and 18 numbers follow the last one (proc_pid_stat(5)).
  const [state, ...numbers] = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return state === 'Z' ? ENDED : numbers[18]
}
