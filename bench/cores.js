import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** The cores of a pinned run. */
export const cores = { server: 0, generator: 1 }

/** The command that runs another one on a core. */
export function onCore(core, command, args) {
  return { command: 'taskset', args: ['-c', String(core), command, ...args] }
}

/** Binds this process, with what it starts from now on, to a core, until it is disposed of. */
export function bindSelf(core) {
  const [, before] = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))
  bind(core)
  return { [Symbol.dispose]: () => bind(before) }
}

function bind(list) {
  execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(list), String(process.pid)], {
    stdio: 'ignore',
  })
}
