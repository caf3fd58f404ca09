import { resolve } from 'node:path'
import { escapeName } from '../../text/escape.js'
import type { OnProblem } from '../layer.js'
import { expandHome, readBounded } from '../read-bounded.js'
import { secretsOf } from '../redact.js'
import { mapLeaves } from '../schema/map-leaves.js'
import type { Setting } from '../schema/setting.js'

/** The environment variables; an empty one counts as absent. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Returns a variable without line ends at its end, which come from files with Windows line ends (`docker --env-file`) and
 * from `export KEY="$(…; echo)"`.
 */
export function textOf(env: Environment, variable: string): string | undefined {
  return Object.hasOwn(env, variable) ? env[variable]?.replace(/[\r\n]+$/, '') : undefined
}

/**
 * Replaces every `env:NAME` and `file:PATH` in a value by the secret itself.
 *
 * @param from `env`: null when secrets may not refer to variables; `folder`: the base of a relative PATH; `~` is the user's
 *   home. A file may have 64 KiB. Line ends at the end are dropped: of a variable all, of a file one.
 */
export async function resolveSecrets(
  { shape, path }: Setting,
  value: unknown,
  from: { env: Environment | null; folder: string; report: OnProblem },
): Promise<unknown> {
  const resolved = new Map<string, string | undefined>()
  for (const [at, text] of secretsOf({ shape, path }, value)) resolved.set(at, await resolveSecret(text, at, from))
  return mapLeaves(shape, value, path, (_, leaf, at) => (resolved.has(at) ? resolved.get(at) : leaf))
}

async function resolveSecret(
  text: string,
  path: string,
  { env, folder, report }: { env: Environment | null; folder: string; report: OnProblem },
): Promise<string | undefined> {
  if (text.startsWith('env:')) return fromVariable(text.slice('env:'.length), path, { env, report })
  if (text.startsWith('file:')) return fromFile(resolve(folder, expandHome(text.slice('file:'.length))), path, report)
  return text
}

function fromVariable(name: string, path: string, { env, report }: { env: Environment | null; report: OnProblem }) {
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
