import type { Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { parseEnv } from 'node:util'
import { shellWord } from '../../text/shell-word.js'
import type { Problem } from '../problem.js'
import { anotherFile, readBounded } from '../read-bounded.js'
import type { Environment } from '../values/resolve-secrets.js'
import { MAX_FILE_BYTES } from './config-file.js'

/** The variables of a file that the operator names, or what is wrong with the file. They are in no process's environment. */
export type EnvFile = { readonly path: string } & (
  | { readonly variables: Environment; readonly warnings: readonly Problem[] }
  | { readonly problem: Problem }
)

/**
 * Reads a file of variables (`NAME=value`, as Node's `parseEnv` has it) of at most 1 MiB. One that others may write is refused:
 * it would choose where the keys of this user go. One that others may read brings a warning. No message has a value.
 */
export async function readEnvFile(path: string): Promise<EnvFile> {
  const wrong = (code: Problem['code'], message: string, hint: string): EnvFile => {
    return {
      path,
      problem: { code, message: `the file of --env-file ${message}`, hint, origin: { from: 'file', file: path } },
    }
  }
  const found = await stat(path).catch(() => undefined) // reading it reports the reason
  // Node itself looks for --env-file among the words of a script, too: it has read a pipe empty, and obeys NODE_OPTIONS.
  if (found && !found.isFile() && !found.isDirectory())
    return wrong('FILE_UNREADABLE', 'is a pipe or a device, which Node reads first', 'write it to a file')
  const bytes = await readBounded(path, MAX_FILE_BYTES)
  if (!Buffer.isBuffer(bytes)) return wrong('FILE_UNREADABLE', bytes.why, anotherFile('--env-file', bytes))
  const { writers, readers } = othersOf(found)
  if (writers !== undefined) return wrong('FILE_FOREIGN', writers, `chmod 600 ${shellWord(path)}, or name another file`)
  const text = decode(bytes)
  if (text === undefined) return wrong('FILE_MALFORMED', 'is not UTF-8 text', 'save it as UTF-8')
  const variables: Environment = parseEnv(text)
  if (Object.hasOwn(variables, 'NODE_OPTIONS'))
    return wrong(
      'FILE_FOREIGN',
      'sets NODE_OPTIONS, which Node reads before this program starts',
      'remove NODE_OPTIONS from it',
    )
  return { path, variables, warnings: readers === undefined ? [] : [exposed(path, readers)] }
}

function exposed(path: string, readers: string): Problem {
  const message = `the file of --env-file ${readers}`
  const hint = `chmod 600 ${shellWord(path)}`
  return { code: 'SECRET_EXPOSED', message, hint, origin: { from: 'file', file: path } }
}

/** Says how others may write and read a file. Windows has no modes of this kind. */
function othersOf(found: Stats | undefined): { readonly writers?: string; readonly readers?: string } {
  const ours = process.getuid?.()
  if (ours === undefined || !found?.isFile()) return {}
  const mode = `mode ${(found.mode & 0o777).toString(8)}`
  if (found.uid !== ours && found.uid !== 0)
    return { writers: `belongs to the user with id ${found.uid}, who may write it, and this one has id ${ours}` }
  if (found.mode & 0o022) return { writers: `may be written by others on this machine (${mode})` }
  return found.mode & 0o044 ? { readers: `can be read by others on this machine (${mode})` } : {}
}

function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** Returns the variables of the environment and of the file: those of the file where the environment has none, or an empty one. */
export function allVariables(env: Environment, file: EnvFile | undefined): Environment {
  if (!file || 'problem' in file) return env
  const set = Object.entries(env).filter(([, text]) => text)
  return { ...file.variables, ...Object.fromEntries(set) }
}
