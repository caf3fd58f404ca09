import { isAbsolute, join } from 'node:path'
import { escapeName } from '../../text/escape.js'
import type { OnProblem } from '../layer.js'
import { readBounded } from '../read-bounded.js'
import { secretsOf } from '../redact.js'
import { mapLeaves } from '../schema/map-leaves.js'
import type { Setting } from '../schema/setting.js'
import { referredFile } from './referred-file.js'

/** The environment variables; an empty one counts as absent. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Returns a variable without line ends at its end, which come from files with Windows line ends (`docker --env-file`) and
 * from `export KEY="$(…; echo)"`.
 */
export function textOf(env: Environment, variable: string): string | undefined {
  return Object.hasOwn(env, variable) ? env[variable]?.replace(/[\r\n]+$/, '') : undefined
}

type Sources = {
  /** null when secrets may not refer to variables */
  readonly env: Environment | null
  /** the base of a relative PATH */
  readonly folder: string
  readonly report: OnProblem
}

/**
 * Replaces every `env:NAME` and `file:PATH` in a value by the secret itself. A file may have 64 KiB. Line ends at the end are
 * dropped: of a variable all, of a file one.
 */
export async function resolveSecrets({ shape, path }: Setting, value: unknown, from: Sources): Promise<unknown> {
  const resolved = new Map<string, string | undefined>()
  for (const [at, text] of secretsOf({ shape, path }, value)) resolved.set(at, await resolveSecret(text, at, from))
  return mapLeaves(shape, value, path, (_, leaf, at) => (resolved.has(at) ? resolved.get(at) : leaf))
}

async function resolveSecret(
  text: string,
  path: string,
  { env, folder, report }: Sources,
): Promise<string | undefined> {
  if (text.startsWith('env:')) return fromVariable(text.slice('env:'.length), path, { env, report })
  if (!text.startsWith('file:')) return text
  const referred = referredFile(text, folder)
  const file = 'file' in referred ? referred.file : credentialFile(referred.credential, path, { env, report })
  return file && fromFile(file, path, report)
}

/** Returns the file of a credential, in the folder that systemd made for this process. */
function credentialFile(name: string, path: string, { env, report }: Pick<Sources, 'env' | 'report'>) {
  if (!/^(?!\.\.?$)[^/]+$/.test(name))
    return void report(path, 'must name one credential after "$CREDENTIALS_DIRECTORY/", without a slash')
  const folder = env && textOf(env, 'CREDENTIALS_DIRECTORY')
  if (folder && isAbsolute(folder)) return join(folder, name)
  const start = `refers to the credential ${escapeName(name)}, and $CREDENTIALS_DIRECTORY is`
  const hint = `systemd sets it in a unit with LoadCredential=${escapeName(name)}:PATH; elsewhere give file:PATH`
  return void report(
    path,
    `${start} ${env === null ? 'not read here' : folder ? 'not an absolute path' : 'not set'}`,
    hint,
  )
}

function fromVariable(name: string, path: string, { env, report }: Pick<Sources, 'env' | 'report'>) {
  // The message does not quote the name: an operator may have pasted the secret itself after "env:".
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return void report(path, 'must name a variable after "env:"')
  if (env === null)
    return void report(path, `refers to the variable ${name}, which is not read here`, `pass process.env.${name}`)
  const secret = textOf(env, name)
  return secret || void report(path, `refers to the variable ${name}, which is not set`, `export ${name}=…`)
}

async function fromFile(file: string, path: string, report: OnProblem): Promise<string | undefined> {
  const bytes = await readBounded(file, 65_536)
  const start = `refers to the file ${escapeName(file)}, which`
  const hint = 'fix that file, or name another'
  if (!Buffer.isBuffer(bytes)) return void report(path, `${start} ${bytes.why}`, hint)
  const secret = bytes.toString('utf8').replace(/\r?\n$/, '')
  return secret || void report(path, `${start} is empty`, hint)
}
