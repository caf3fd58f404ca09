import { type Finding, findingsBy } from '../check.js'

/**
 * Tells the version of Node that runs: `bin/run.js` refuses one that is too old before anything else runs.
 *
 * @param version as `process.versions.node`: `24.1.0`
 * @param range as package.json's `engines.node`: `>=22.15`
 */
export function checkNodeVersion(version: string, range: string): Finding {
  return findingsBy(`process.versions.node, and engines.node of package.json: ${range}`).ok(`Node ${version}`)
}
