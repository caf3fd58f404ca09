import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What systemd reads in a unit: its own dump of it. */
export type ParsedUnit = {
  /** the words of ExecStart, before systemd expands `$` */
  readonly command: readonly string[]
  readonly environment: readonly string[]
}

/** Has systemd check and read a unit. @throws with what it finds wrong */
export function parseUnit(folder: string, text: string): ParsedUnit {
  const file = join(folder, 'tested.service')
  writeFileSync(file, text)
  const options = { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 } as const
  const checked = spawnSync('systemd-analyze', ['verify', '--man=no', file], options)
  if (checked.status !== 0 || checked.stderr !== '') throw new Error(`it is wrong:\n${checked.stderr}`)
  const env = { ...process.env, SYSTEMD_LOG_LEVEL: 'debug' }
  const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', file], { ...options, env })
  const dump = `${stdout}${stderr}`
  const [, own = ''] = /-> Unit tested\.service:\n(.*?)(?=\n\s*-> Unit |$)/s.exec(dump) ?? []
  const [, command = ''] = /^\s*Command Line: (.*)$/m.exec(own.slice(own.indexOf('ExecStart:'))) ?? []
  return {
    command: wordsOf(command),
    environment: [...own.matchAll(/^\s*Environment: (.*(?:\n(?!\s*\w+( \w+)*:).*)*)$/gm)].map(([, one]) => one!),
  }
}

/** Cuts the words that systemd quotes as a shell would read them. */
function wordsOf(line: string): readonly string[] {
  const { stdout } = spawnSync('bash', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' })
  return stdout.split('\0').slice(0, -1)
}
