// node scripts/audit-signatures.js [FOLDER] runs `npm audit signatures` there. Ends with 0 when every signature holds, with 77 when there is nothing to
// check them with (the registry is a mirror without keys, or a host is out of reach), and else with 1.
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

const NOT_CHECKED = 77
const unreachable = ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ECONNRESET', 'ENETUNREACH', 'EHOSTUNREACH', 'ETIMEDOUT']
// npm's own pauses between its three tries are 70 s together. loglevel: the answer about the keys is told on that level.
const options = ['--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=1000', '--loglevel=http', '--no-color']

const cwd = process.argv[2] ?? '.'
const npm = spawn('npm', ['audit', 'signatures', ...options], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
const ended = new Promise((resolve, reject) => npm.once('error', reject).once('close', resolve))
const [status, stdout, stderr] = await Promise.all([ended, text(npm.stdout), text(npm.stderr)])

const reason = whyNotChecked()
if (reason !== undefined) {
  console.log(`Signatures were not checked: ${reason}.`)
  process.exitCode = NOT_CHECKED
} else {
  process.stdout.write(stdout)
  process.stderr.write(stderr.replaceAll(/^npm http .*\n/gm, ''))
  process.exitCode = status === 0 ? 0 : 1
}

/** Reads what npm prints (npm 11.21, lib/utils/verify-signatures.js and lib/utils/error-message.js). */
function whyNotChecked() {
  const failed = /^npm error /m.test(stderr)
  if (status !== 0 && !failed) return undefined // it checked, and lists what is wrong
  // Without keys npm fails, or passes when it found an attestation: no signature was checked either way.
  const [, keys] = /^npm http fetch GET ([45]\d\d) \S+\/-\/npm\/v1\/keys /m.exec(stderr) ?? []
  if (keys !== undefined) return `the registry answers ${keys} when it is asked for its keys`
  if (/^npm error Failed to download$/m.test(stderr)) return 'the server of signing keys does not give them'
  const [, code] = /^npm error code (\S+)$/m.exec(stderr) ?? []
  const [, host = 'a host'] = /^npm error .*\brequest to https?:\/\/([^/\s]+)/m.exec(stderr) ?? []
  if (unreachable.includes(code)) return `${host} cannot be reached (${code})`
}
