import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Origin, originText } from '../../config/origin.js'
import type { Problem } from '../../config/problem.js'
import type { Setting } from '../../config/schema/setting.js'
import { secretName } from '../../service/service.js'
import { escapeName } from '../../text/escape.js'
import { shellWord } from '../../text/shell-word.js'

/** A secret, or a URL with a password, that stands in a layer itself. */
export type Literal = {
  readonly setting: Setting
  /** the setting's, or that of the item in it: `shout.endpoints[1].apiKey` */
  readonly path: string
  readonly origin: Origin
  /** of the configuration file, and whether `--config` names it */
  readonly place: { readonly configFile: string; readonly isNamed: boolean }
}

/** Refuses a secret that has to move to a file of its own, with the line that moves it. */
export function literalSecret(literal: Literal): Problem {
  const { setting, path, origin, place } = literal
  const folder = dirname(place.configFile)
  const file = join(folder, `${secretName(path).replaceAll('.', '-')}.secret`)
  const made = existsSync(folder) ? '' : `mkdir -p -m 700 ${shellWord(folder)} && `
  const isVariable = origin.from === 'environment'
  const source = isVariable ? `printenv ${origin.variable}` : 'cat'
  const moved = `${made}(umask 077; set -C; ${source} >${shellWord(file)})`
  return {
    code: 'SECRET_LITERAL',
    path,
    message: `${escapeName(path)} is a secret itself, and a service reads secrets from files`,
    origin,
    hint: `${moved} && ${pointing(setting, path, file, place)}${after(origin)}`,
  }
}

/** Returns what makes the configuration refer to the file. */
function pointing(setting: Setting, path: string, file: string, { configFile, isNamed }: Literal['place']): string {
  const named = isNamed ? ['--config', configFile] : []
  if (path === setting.path) return shellWords('miner', 'config', 'set', path, `file:${file}`, ...named)
  return `${shellWords('miner', 'config', 'edit', ...named)}, with "file:${escapeName(file)}" in its place`
}

function after(origin: Origin): string {
  switch (origin.from) {
    case 'environment':
      return ` && unset ${origin.variable}`
    case 'envFile':
      return `; paste the secret, end with Ctrl-D, and remove ${escapeName(origin.variable)} from ${escapeName(origin.file)}`
    case 'flag':
      return `; paste the secret, end with Ctrl-D, and leave ${escapeName(origin.flag)} out`
    default:
      return '; paste the secret, and end with Ctrl-D'
  }
}

/** Refuses a URL with a password that a flag or a variable has. */
export function literalPassword({ path, origin, place: { configFile } }: Literal): Problem {
  return {
    code: 'SECRET_LITERAL',
    path,
    message: `${escapeName(path)} is a URL with a password, which is written nowhere`,
    origin,
    hint: `write it to ${escapeName(configFile)} instead of ${originText(origin)}: miner config edit, and chmod 600 that file`,
  }
}

function shellWords(...words: readonly string[]): string {
  return words.map(shellWord).join(' ')
}
