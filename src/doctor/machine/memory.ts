import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sizeText } from '../../text/size.js'
import { type Finding, findingsBy } from '../check.js'
import { type MemoryLimit, memoryLimit } from './cgroup.js'
import { limitIn } from './proc-limits.js'
import type { Subject } from './subject.js'

const MiB = 1024 ** 2
/** What `miner serve` holds once it has started with a chain; bench/README.md has the figures without one. */
const LEAST = 192 * MiB
/** What it holds under load: V8 keeps room for its old generation. */
const LOADED = 320 * MiB
/** What decrypting a `$NACL` keyfile takes for some seconds. */
const NACL = 600 * MiB

type MemoryNeed = {
  /** `limits.bodies`, bytes */
  readonly bodies: number
  /** the hotkey is a `$NACL` keyfile, which the miner decrypts when it starts */
  readonly decrypts: boolean
  /** where control groups are mounted */
  readonly cgroups: string
}

/** Checks that the limits on memory, and what the machine has left, suffice for a miner under load. */
export async function checkMemory(subject: Subject, { bodies, decrypts, cgroups }: MemoryNeed): Promise<Finding> {
  const { pid, proc, label } = subject
  const [group, limits, info] = await Promise.all([
    memoryLimit(subject, cgroups),
    readFile(join(proc, String(pid), 'limits'), 'utf8').catch(() => ''),
    readFile(join(proc, 'meminfo'), 'utf8').catch(() => ''),
  ])
  const available = kilobytesIn(info, 'MemAvailable')
  const how = `control groups and ulimit of ${label}, MemAvailable of ${join(proc, 'meminfo')}`
  const { ok, unknown, warning, fault } = findingsBy(how)
  const data = limitIn(limits, 'Max data size')?.soft ?? Number.POSITIVE_INFINITY
  const room = tightest(group, data)
  if (room === null && available === null) return unknown('this system does not tell its limits of memory')

  const needed = Math.max(LOADED + bodies, decrypts ? LEAST + NACL : 0)
  if (room !== null && room.bytes < needed) {
    const message = `${room.what} allows ${sizeText(room.bytes, 'down')}, and a miner with --limits-bodies ${sizeText(bodies, 'up')} may need ${sizeText(needed, 'up')}${decrypts ? ', while it decrypts the hotkey' : ''}`
    return room.bytes < LEAST
      ? fault('MEMORY_TOO_SMALL', message, room.hint(needed))
      : warning('MEMORY_SMALL', message, room.hint(needed))
  }
  // A miner that serves holds its memory already.
  if (pid === 'self' && available !== null && available < needed) {
    const message = `${sizeText(available, 'down')} of memory are available, and a miner may need ${sizeText(needed, 'up')}`
    return warning('MEMORY_SMALL', message, 'end other programs, add memory or swap, or lower --limits-bodies')
  }
  const has = available === null ? [] : [`${sizeText(available, 'down')} available`]
  return ok([...has, room === null ? 'no limit' : `a limit of ${sizeText(room.bytes, 'down')}`].join(', '))
}

type Room = { readonly bytes: number; readonly what: string; readonly hint: (needed: number) => string }

function tightest(group: MemoryLimit | null, data: number): Room | null {
  if (data < (group?.bytes ?? Number.POSITIVE_INFINITY))
    return { bytes: data, what: 'ulimit -d', hint: () => 'ulimit -d unlimited before the miner starts' }
  if (group === null) return null
  const hint = (needed: number) =>
    `raise ${group.file} to ${sizeText(needed, 'up')} or more (systemd: MemoryMax=; docker: --memory), or lower --limits-bodies`
  return { bytes: group.bytes, what: group.file, hint }
}

function kilobytesIn(text: string, name: string): number | null {
  const [, kilobytes] = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text) ?? []
  return kilobytes === undefined ? null : Number(kilobytes) * 1024
}
