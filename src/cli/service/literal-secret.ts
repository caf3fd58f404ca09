import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Origin, originText } from '../../config/origin.js'
import type { Problem } from '../../config/problem.js'
import type { Setting } from '../../config/schema/setting.js'
import { secretName } from '../../config/secret-name.js'
import { escapeName } from '../../text/escape.js'
import { shellWord } from '../../text/shell-word.js'
import { npx } from '../npx.js'

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
export function literalSecret({ setting, path, origin, place }: Literal): Problem {
  const folder = dirname(place.configFile)
  const file = join(folder, `${secretName(path)}.secret`)
  const isWhole = path === setting.path
  const change = isWhole ? ['set', path, `file:${file}`] : ['edit']
  const variable = origin.from === 'environment' ? origin.variable : undefined
  const commands = [
    ...(existsSync(folder) ? [] : [shellWords('mkdir', '-p', '-m', '700', folder)]),
    `(umask 077; set -C; ${isWhole && variable ? `printenv ${variable}` : 'cat'} >${shellWord(file)})`,
    shellWords(...npx(), 'miner', 'config', ...change, ...(place.isNamed ? ['--config', place.configFile] : [])),
    ...(variable ? [`unset ${variable}`] : []),
  ]
  const notes = [
    ...(isWhole && variable ? [] : ['paste the secret', 'end with Ctrl-D']),
    ...(isWhole ? [] : [`write "file:${file}" in its place`]),
    ...(origin.from === 'envFile' ? [`remove ${origin.variable} from ${origin.file}`] : []),
    ...(origin.from === 'flag' ? [`leave ${origin.flag} out`] : []),
  ]
  return {
    code: 'SECRET_LITERAL',
    path,
    message: `${escapeName(path)} is a secret itself, and a service reads secrets from files`,
    origin,
    hint: commands.join(' && ') + (notes.length > 0 ? ` # ${notes.map(escapeName).join(', ')}` : ''),
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
