import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'

const page = readFileSync('docs/dependencies.md', 'utf8')
const ours = packageIn('.')
const registry = packageIn('test/registry')

describe('docs/dependencies.md', () => {
  it('lists in each table what package.json names', () => {
    const tables = page.matchAll(/^\| --- .*\n((?:\| .*\n)+)/gm)
    const listed = [...tables].map(([, rows = '']) => [...rows.matchAll(/^\| `([^`]+)` /gm)].map(([, name]) => name))
    const { dependencies, devDependencies } = ours
    assert.deepEqual(
      listed,
      [dependencies, dependencies, devDependencies, registry.dependencies].map(group => Object.keys(group)),
    )
  })

  it('counts what the lock files hold', () => {
    const direct = Object.keys(ours.dependencies).length
    const shipped = lockedIn('.').filter(({ dev, devOptional }) => !dev && !devOptional).length
    assert.match(
      page,
      new RegExp(`^The program has ${direct} direct dependencies, which pull in ${shipped - direct} more\\.`, 'm'),
    )
    assert.match(page, new RegExp(`lock file \\(${lockedIn('test/registry').length} packages\\)`))
  })
})

describe('package.json', () => {
  for (const [folder, { dependencies, devDependencies }] of Object.entries({ '.': ours, 'test/registry': registry }))
    it(`names exact versions in ${folder}`, () => {
      const named = Object.entries({ ...dependencies, ...devDependencies })
      assert.deepEqual(
        named.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)),
        [],
      )
    })
})

describe('package-lock.json', () => {
  for (const folder of ['.', 'test/registry'])
    it(`has a hash and no address of each package in ${folder}`, () => {
      const packages = lockedIn(folder)
      assert.deepEqual(
        packages.filter(({ integrity, resolved, inBundle }) => resolved || !(integrity || inBundle)),
        [],
      )
    })
})

type Versions = Readonly<Record<string, string>>
type Locked = Readonly<
  Partial<Record<'integrity' | 'resolved', string> & Record<'dev' | 'devOptional' | 'inBundle', boolean>>
>

function packageIn(folder: string): { readonly dependencies: Versions; readonly devDependencies: Versions } {
  return { devDependencies: {}, ...JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) }
}

/** What a lock file holds, without the package that it is of. */
function lockedIn(folder: string): readonly Locked[] {
  const { packages } = JSON.parse(readFileSync(`${folder}/package-lock.json`, 'utf8'))
  const { '': _, ...locked } = packages
  return Object.values(locked)
}
