import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { groupedText } from '../../text/span.js'
import { type Finding, findingsBy } from '../check.js'
import { limitIn } from './proc-limits.js'
import type { Subject } from './subject.js'

/** What a miner opens beside the connections of callers: modules, logs, the store, the chain, the model's connections. */
const BESIDE = 128

type OpenFilesNeed = {
  /** `limits.connections` */
  readonly connections: number
  /** `axon.concurrency`: each question may need a connection to a model, and a hedge another */
  readonly concurrency: number
}

/** Checks that a process may open as many files as the connections that its settings allow. */
export async function checkOpenFiles(
  { pid, label, proc }: Subject,
  { connections, concurrency }: OpenFilesNeed,
): Promise<Finding> {
  const path = join(proc, String(pid), 'limits')
  const { ok, unknown, warning, fault } = findingsBy(`${path} of ${label}; Node raises the soft limit to the hard one`)
  const text = await readFile(path, 'utf8').catch(() => null)
  const limit = text === null ? null : limitIn(text, 'Max open files')
  if (limit === null) return unknown('this system does not tell how many files a process may open')
  const needed = connections + 2 * concurrency + BESIDE
  const allowed = Math.max(limit.soft, limit.hard)
  const has = `${groupedText(Math.min(allowed, Number.MAX_SAFE_INTEGER))} open files are allowed`
  if (allowed >= needed) return ok(allowed === Number.POSITIVE_INFINITY ? 'no limit of open files' : has)
  const message = `${has}, and --limits-connections ${connections} with --concurrency ${concurrency} may need ${groupedText(needed)}`
  const raised = 2 ** Math.ceil(Math.log2(needed))
  const hint = `ulimit -n ${raised} before the miner starts (systemd: LimitNOFILE=${raised}; docker: --ulimit nofile=${raised}), or fewer --limits-connections`
  return allowed < BESIDE + 2 * concurrency
    ? fault('FILES_TOO_FEW', message, hint)
    : warning('FILES_FEW', message, hint)
}
