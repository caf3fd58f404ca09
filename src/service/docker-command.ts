import { shellWord } from '../text/shell-word.js'
import { containerVariables, HOST_GATEWAY, imageOf, mountsOf } from './container.js'
import { containerAdmin } from './container-admin.js'
import { publishedPort } from './published-port.js'
import type { Service } from './service.js'

/**
 * Returns the shell command that starts the miner in a container.
 *
 * @param folder where `data/miner` is, for what has to survive
 */
export function dockerRun(service: Service, folder: string): string {
  const { name, owner, host, port, args, stopSeconds } = service
  const { files, secrets, writable } = mountsOf(service)
  const read = [...files, ...secrets.values()]
  const admin = containerAdmin(service)
  const published = [publishedPort(host, port)!, ...(admin ? [admin.published] : [])]
  const variables = new Map([...containerVariables(service), ...(admin?.variables ?? [])])
  const words = [
    ...['docker', 'run', '--detach', '--name', name, '--restart', 'unless-stopped', '--init'],
    ...['--stop-timeout', String(stopSeconds), '--user', `${owner.uid}:${owner.gid}`],
    ...['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
    ...published.flatMap(one => ['--publish', one]),
    ...['--add-host', HOST_GATEWAY],
    ...['--mount', mount(`${folder}/data/miner`, '/data')],
    ...writable.flatMap(directory => ['--mount', mount(directory, directory)]),
    ...[...new Set(read)].flatMap(file => ['--mount', mount(file, file, 'readonly')]),
    ...[...variables].flatMap(([variable, value]) => ['--env', value === null ? variable : `${variable}=${value}`]),
    ...[imageOf(service), 'serve', ...args],
  ]
  return words.map(shellWord).join(' ')
}

/** Docker reads the fields of `--mount` as CSV. */
function mount(from: string, to: string, ...rest: readonly string[]): string {
  const fields = ['type=bind', `src=${from}`, `dst=${to}`, ...rest]
  return fields.map(field => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',')
}
