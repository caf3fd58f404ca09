import { readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'

/** A program that listens on a port of this machine. */
export type PortHolder = {
  /** null: it is another user's, or in another namespace */
  readonly pid: number | null
  /** the first words of its command line, up to the first flag; empty when they cannot be read */
  readonly command: string
  /** of the user that opened the socket */
  readonly uid: number
}

/** The state of a socket that listens, in `/proc/net/tcp` (proc_pid_net(5)). */
const LISTEN = '0A'

/**
 * Finds who listens on a port, over IPv4 and IPv6, as far as this user may see it.
 *
 * @param proc `/proc`
 * @returns empty when no program does, or this system has no `/proc`
 */
export async function listenersOn(port: number, proc = '/proc'): Promise<readonly PortHolder[]> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map(name => readFile(join(proc, 'net', name), 'utf8').catch(() => '')),
  )
  const sockets = new Map(tables.flatMap(text => listening(text, port)))
  if (sockets.size === 0) return []
  const owners = await ownersOf(new Set(sockets.keys()), proc)
  const found = [...sockets].map(([inode, uid]): PortHolder => {
    const owner = owners.get(inode)
    return { pid: owner?.pid ?? null, command: owner?.command ?? '', uid }
  })
  // One program often has a socket for IPv4 and one for IPv6.
  return [...new Map(found.map(holder => [holder.pid ?? `uid ${holder.uid}`, holder])).values()]
}

/** Returns inode and user of each socket that listens on the port. */
function listening(table: string, port: number): readonly (readonly [inode: string, uid: number])[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  return table.split('\n').flatMap(line => {
    const [, local = '', , state, , , , uid, , inode] = line.trim().split(/\s+/)
    return state === LISTEN && local.endsWith(`:${hex}`) && inode ? [[inode, Number(uid)] as const] : []
  })
}

/** Finds the processes that have sockets open. Those of other users cannot be read, and are passed over. */
async function ownersOf(
  inodes: ReadonlySet<string>,
  proc: string,
): Promise<ReadonlyMap<string, { readonly pid: number; readonly command: string }>> {
  const found = new Map<string, { pid: number; command: string }>()
  const pids = (await readdir(proc)).filter(name => /^\d+$/.test(name))
  for (const pid of pids) {
    const folder = join(proc, pid, 'fd')
    for (const fd of await readdir(folder).catch(() => [])) {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(await readlink(join(folder, fd)).catch(() => '')) ?? []
      if (inode === undefined || !inodes.has(inode) || found.has(inode)) continue
      const command = await readFile(join(proc, pid, 'cmdline'), 'utf8').catch(() => '')
      found.set(inode, { pid: Number(pid), command: firstWords(command) })
      if (found.size === inodes.size) return found
    }
  }
  return found
}

/** What stands behind the first flag may be a secret. */
function firstWords(commandLine: string): string {
  const words = commandLine.split('\0').filter(word => word !== '')
  const flag = words.findIndex(word => word.startsWith('-'))
  return words.slice(0, Math.min(MOST_WORDS, flag === -1 ? words.length : flag)).join(' ')
}

/** A runtime, a script and a command. */
const MOST_WORDS = 3
