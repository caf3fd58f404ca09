import { readFileSync } from 'node:fs'

/** What package.json tells of this package. */
type PackageInfo = {
  readonly package: string
  readonly version: string
  /** the version of Node that it is developed and tested with */
  readonly testedNode: string
}

/** Returns what this package is called. */
export function packageInfo(): PackageInfo {
  const { name, version, devDependencies } = JSON.parse(readFileSync(new URL(import.meta.resolve('#package')), 'utf8'))
  return { package: name, version, testedNode: devDependencies.node }
}
