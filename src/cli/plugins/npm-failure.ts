import { basename } from 'node:path'
import { UsageError } from '../errors/usage-error.js'
import { dataFolderError, diskFull } from './data-folder.js'

type Output = { readonly stdout: string; readonly stderr: string }
type Failure = { readonly code?: string | number; readonly summary?: string; readonly detail?: string }

const HOST = 'bittensor-miner'
/** Installs packages as if they had no peer dependencies. */
const IGNORE_PEERS = 'npm_config_legacy_peer_deps=true'

/**
 * Returns an error with the cause of npm's failure in one sentence, and what would fix it. npm's own output is long: a
 * stack trace, or a line per file on a full disk. Its JSON names the cause.
 *
 * @param how `cwd`: the folder that npm changed; `hasShown`: npm's output was printed
 */
export function npmFailure(output: Output, { cwd, hasShown }: { cwd: string; hasShown: boolean }): unknown {
  const { code = '', summary = '', detail = '' } = failureOf(output)
  const whole = firstLine(summary) || firstLine(output.stderr.replace(/^npm (warn .*|error (code .*)?)/gm, ''))
  const text = whole.startsWith(`${code}: `) ? whole.slice(`${code}: `.length) : whole
  // npm reports a full disk by whichever error it met last.
  if (code === 'ENOSPC' || code === 'EDQUOT' || isDiskFull(output)) return diskFull(cwd)
  if (code === 'ERESOLVE') return peerConflict(detail)
  if (code === 'E404') return missing(detail, text)
  if (code === 'ETARGET')
    return new UsageError(
      'UNKNOWN_PACKAGE',
      text.replace(/^No matching version found for (.*)\.$/, 'the registry has no version $1'),
      'leave the version out to get the newest, or set MINER_NPM_REGISTRY to another registry',
    )
  if (isOfRegistry(String(code)))
    return new UsageError(
      'REGISTRY_FAILED',
      `npm cannot use the registry: ${text.replace(/^FetchError: /, '')}`,
      'check the network and MINER_NPM_REGISTRY',
    )
  if (/^(EACCES|EPERM|EROFS)$/.test(String(code))) return notWritable(output, String(code), cwd)
  if (typeof code === 'number') return scriptFailed(output, detail)
  return new UsageError(
    'NPM_FAILED',
    `npm failed: ${[code, text].filter(Boolean).join(': ')}`,
    logHint(output, hasShown),
  )
}

/** Whether npm met a full disk, by its errors or its warnings. */
export function isDiskFull({ stderr }: Output): boolean {
  return /^npm (?:warn|error) .*\b(?:ENOSPC|EDQUOT)\b/m.test(stderr)
}

function failureOf({ stdout }: Output): Failure {
  try {
    return (JSON.parse(stdout.slice(stdout.indexOf('{'))) as { error?: Failure }).error ?? {}
  } catch {
    return {} // it was killed, or failed before it wrote JSON: the first line of its output is used
  }
}

/** `Found: …` and `Conflicting peer dependency: …` each end with lines such as `peer zod@"^3" from miner-a@1.0.0`. */
function peerConflict(detail: string): UsageError {
  const needs = [...detail.matchAll(/^\s*peer (\S+)@"([^"]*)" from (\S+)$/gm)]
  const sentences = needs.map(([, name, range, from]) => `${nameAndVersion(from!)} needs ${name} ${range}`)
  return new UsageError(
    'PEER_CONFLICT',
    `two packages need versions that exclude each other: ${[...new Set(sentences)].join(', and ') || firstLine(detail)}`,
    `install a version that fits, or plugins:uninstall one of them; ${IGNORE_PEERS} installs it regardless, and it may break`,
  )
}

function missing(detail: string, text: string): UsageError {
  const [, spec = ''] = /'([^']+)' (?:could not be found|is not in this registry)/.exec(detail) ?? []
  const name = spec.replace(/(?<=.)@.*$/, '')
  if (name === HOST)
    return new UsageError(
      'PEER_CONFLICT',
      `the plugin makes npm install ${HOST} a second time, and the registry does not have it: it is a peer dependency that is not optional`,
      `ask its author to mark it optional in peerDependenciesMeta; until then set ${IGNORE_PEERS}`,
    )
  return new UsageError(
    'UNKNOWN_PACKAGE',
    name ? `the registry has no package ${name}` : `the registry does not have it: ${text}`,
    'check its name, or set MINER_NPM_REGISTRY to another registry',
  )
}

function isOfRegistry(code: string): boolean {
  return (
    /^E[45]\d\d$/.test(code) ||
    /^(ECONN|ENET|EHOST|EAI_|ENOTFOUND|ETIMEDOUT|EIDLETIMEOUT|ERR_SOCKET|ENOTCACHED|EPROTO|ERR_INVALID_PROTOCOL)/.test(
      code,
    ) ||
    /CERT|SELF_SIGNED|^UNABLE_TO_|^ERR_(TLS|SSL)/.test(code)
  )
}

/** The path that this user cannot write may be npm's cache or its log. */
function notWritable(output: Output, code: string, cwd: string): unknown {
  const [, path] = /^npm error path (.+)$/m.exec(output.stderr) ?? []
  if (path === undefined || path.startsWith(cwd)) return dataFolderError(Object.assign(new Error(code), { code }), cwd)
  return new UsageError(
    'NPM_FAILED',
    `npm cannot write to ${path}`,
    'make it writable for this user; npm_config_cache sets another folder for its cache',
  )
}

function scriptFailed(output: Output, detail: string): UsageError {
  const [, path = ''] = /^npm error path (.+)$/m.exec(output.stderr) ?? []
  return new UsageError(
    'NPM_FAILED',
    `an install script of ${basename(path) || 'a package'} failed: ${firstLine(detail)}`,
    'install what it needs, or skip install scripts with npm_config_ignore_scripts=true',
  )
}

/** Returns the last lines that a failed install script printed: they tell what it needs. */
export function scriptOutput(output: Output): readonly string[] {
  const { code, detail = '' } = failureOf(output)
  return typeof code === 'number' ? detail.trimEnd().split('\n').slice(1).slice(-LAST_LINES) : []
}

const LAST_LINES = 20

function logHint({ stderr }: Output, hasShown: boolean): string {
  const [, log] = /complete log of this run can be found in: (.+)/.exec(stderr) ?? []
  if (hasShown) return 'see its output above'
  return log ? `see ${log}, or add --verbose` : 'add --verbose to see its output'
}

function nameAndVersion(spec: string): string {
  return spec.replace(/(?<=.)@/, ' ')
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0]!
}
