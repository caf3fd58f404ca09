import { type Finding, findingsBy } from '../check.js'

/**
 * Checks the version of Node.
 *
 * @param version as `process.versions.node`: `24.1.0`
 * @param range as package.json's `engines.node`: `>=22.15`
 */
export function checkNodeVersion(version: string, range: string): Finding {
  const [, least = '0'] = /^>=\s*(\d[\d.]*)$/.exec(range) ?? []
  const { ok, fault } = findingsBy(`process.versions.node, and engines.node of package.json: ${range}`)
  return isAtLeast(version, least)
    ? ok(`Node ${version}`)
    : fault('NODE_TOO_OLD', `Node ${version} is older than ${least}`, `install Node ${least} or newer`)
}

function isAtLeast(version: string, least: string): boolean {
  const [have, need] = [version, least].map(text => text.split('.').map(Number))
  for (const [at, part] of need!.entries()) if ((have![at] ?? 0) !== part) return (have![at] ?? 0) > part
  return true
}
