import { packageInfo } from '../package-info.js'

/** Returns the version of this package as the chain holds it: 0.1.0 is 1_000, and 10.4.1 is 10_004_001. */
export function softwareVersion(): number {
  const [major = 0, minor = 0, patch = 0] = packageInfo().version.split(/[.-]/).map(Number)
  return major * 1_000_000 + minor * 1_000 + patch
}
