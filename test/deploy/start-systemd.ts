import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

/** What systemd tells of a unit, by its properties: `{ ActiveState: 'active' }`. */
type Properties = Readonly<Record<string, string>>

/** A systemd of its own that runs one unit. */
export type Systemd = AsyncDisposable & {
  systemctl(...words: readonly string[]): string
  /** Waits until the unit has this state. */
  state(wanted: string): Promise<Properties>
}

/**
 * Whether this machine lets a test have namespaces of its own. One that runs systemd is left alone: two of them would share
 * control groups.
 */
export function hasNamespaces(): boolean {
  if (readFileSync('/proc/1/comm', 'utf8').trim() === 'systemd') return false
  return spawnSync('unshare', [...namespaces, 'true']).status === 0
}

const namespaces = ['--mount', '--pid', '--uts', '--ipc', '--fork', '--kill-child', '--mount-proc']
const program = '/lib/systemd/systemd'

/**
 * Starts the real systemd as the first process of namespaces of its own, with one unit and nothing else of the machine.
 *
 * @param overrides lines of a drop-in
 */
export async function startSystemd(
  folder: string,
  { unit, text, overrides }: { readonly unit: string; readonly text: string; readonly overrides: string },
): Promise<Systemd> {
  const units = join(folder, 'units')
  mkdirSync(join(units, `${unit}.d`), { recursive: true })
  writeFileSync(join(units, unit), text)
  // The targets of a machine are not there.
  writeFileSync(join(units, `${unit}.d/test.conf`), `[Unit]\nDefaultDependencies=no\nWants=\nAfter=\n${overrides}`)
  // Its mounts have to reach the namespaces of its units, and no other: those of `unshare` are private. Its sockets are in /run.
  const script = `mount -t tmpfs tmpfs /run && mount --make-rshared / && exec ${program} --system --unit=${unit} --log-target=kmsg --show-status=0`
  const env = { ...process.env, container: 'other', SYSTEMD_UNIT_PATH: units }
  const child = spawn('unshare', [...namespaces, 'sh', '-c', script], { env, stdio: 'ignore' })
  const first = await firstProcess(child)
  const systemctl = (...words: readonly string[]) =>
    execFileSync('nsenter', ['-t', first, '-m', '-p', '--', 'systemctl', ...words], { encoding: 'utf8' })
  return {
    systemctl,
    async state(wanted) {
      for (;;) {
        const shown = spawnSync('nsenter', ['-t', first, '-m', '-p', '--', 'systemctl', 'show', unit], {
          encoding: 'utf8',
        })
        const found = Object.fromEntries(shown.stdout.split('\n').map(line => line.split(/=(.*)/s, 2)))
        if (found.ActiveState === wanted) return found
        await setTimeout(100)
      }
    },
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** The process that `unshare` forked, once it is systemd. */
async function firstProcess(child: ChildProcess): Promise<string> {
  for (;;) {
    const [pid = ''] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').split(' ')
    if (pid !== '' && readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(program)) return pid
    if (child.exitCode !== null) throw new Error('systemd did not start')
    await setTimeout(50)
  }
}
