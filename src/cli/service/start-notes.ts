import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { followLinks } from '../../disk/follow-links.js'
import type { Declared } from '../../plugin/load/discover.js'
import type { Owner, Service } from '../../service/service.js'
import { isWithin } from './find-log-file.js'

/** Returns what keeps the unit from starting, or from doing what `miner serve` does here, though systemd finds nothing wrong with it. */
export async function unitNotes(service: Service, plugins: readonly Declared[]): Promise<readonly string[]> {
  const { name, owner, logFile } = service
  const links = plugins.flatMap(({ from: { type, root } }) => (type === 'link' ? [root] : []))
  const read = await Promise.all([...new Set([...readByMiner(service), ...links])].map(whereItIs))
  const hidden = [...read, ...(logFile ? [logFile.path] : [])].filter(path =>
    TEMPORARY.some(one => isWithin(path, one)),
  )
  const unreadable = await unreadableFor(owner, read, isReached)
  const user = userText(owner)
  return [
    ...note(
      hidden,
      `The unit cannot start as it is: systemd gives it a /tmp and a /var/tmp of its own (PrivateTmp=), which lack ${hidden.join(', ')}. Use another folder, and run this command again.`,
    ),
    ...note(
      unreadable,
      `The unit cannot start as it is: by the modes of the files, ${user}, as whom the miner runs, cannot read ${unreadable.join(', ')}. Let that user read it, or move it, and run this command again.`,
    ),
    ...dataNote(service, `/var/lib/${name}`, 'docs/deploy.md tells how to have them on another disk'),
  ]
}

/**
 * Returns what keeps a container from starting, or from doing what `miner serve` does here.
 *
 * @param folder that of `data/miner`
 */
export async function containerNotes(service: Service, folder: string): Promise<readonly string[]> {
  const { owner, hotkeyFile, files, secrets, trustedProxies } = service
  const read = [hotkeyFile, ...files, ...secrets.files.map(({ file }) => file)]
  // A container gets each file by itself, and not behind the folders that it has here.
  const unreadable = await unreadableFor(owner, [...new Set(read)], (path, of) => allows(path, READ, of))
  const user = userText(owner)
  const proxies = trustedProxies.filter(one => /^(127\.|::1(\/|$))/.test(one))
  return [
    ...note(
      unreadable,
      `The container cannot start as it is: by the modes of the files, ${user}, as whom it runs, cannot read ${unreadable.join(', ')}. Let that user read it.`,
    ),
    ...note(
      proxies,
      `A proxy on this machine reaches the container from an address of Docker's network, and not from ${proxies.join(', ')}: see docs/deploy.md before you name that network with --trusted-proxy.`,
    ),
    ...dataNote(service, `${folder}/data/miner`, '--write names a folder on another disk'),
  ]
}

function dataNote({ dataFolder }: Service, own: string, mend: string): readonly string[] {
  if (dataFolder === undefined || dataFolder === own) return []
  return [`The miner will have its data, and its request log, in ${own}, and not in that of MINER_DATA_DIR: ${mend}.`]
}

/** Those that PrivateTmp= replaces. */
const TEMPORARY = ['/tmp', '/var/tmp']

/** The files that the miner reads itself; systemd reads those of LoadCredential= as root, outside of the unit. */
function readByMiner({ node, program, hotkeyFile, files, secrets }: Service): readonly string[] {
  const parts = secrets.files.filter(({ variable }) => variable === undefined).map(({ file }) => file)
  return [node, program, hotkeyFile, ...files, ...parts]
}

function whereItIs(path: string): Promise<string> {
  return followLinks(path).catch(() => path) // what cannot be looked at here may be readable for the owner
}

/** Returns the files that the modes of their folders and their own keep from a user, who may be in other groups than the first. */
async function unreadableFor(
  owner: Owner,
  paths: readonly string[],
  isReadable: (path: string, owner: Owner) => Promise<boolean>,
): Promise<readonly string[]> {
  // What this user reads was read on the way here.
  if (owner.uid === 0 || owner.uid === process.getuid?.()) return []
  const readable = await Promise.all(paths.map(path => isReadable(path, owner)))
  return paths.filter((_, at) => !readable[at])
}

const READ = 4
const ENTER = 1

async function isReached(path: string, owner: Owner): Promise<boolean> {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder))
    if (!(await allows(folder, ENTER, owner))) return false
  return await allows(path, READ, owner)
}

async function allows(path: string, right: number, { uid, gid }: Owner): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  if (!found) return true // the miner says what is missing
  const shift = found.uid === uid ? 6 : found.gid === gid ? 3 : 0
  return ((found.mode >> shift) & right) !== 0
}

function userText({ name, uid }: Owner): string {
  return name ?? `user ${uid}`
}

function note(paths: readonly string[], text: string): readonly string[] {
  return paths.length === 0 ? [] : [text]
}
