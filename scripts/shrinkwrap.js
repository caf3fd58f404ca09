// Writes npm-shrinkwrap.json, which npm publishes: package-lock.json without what only development needs. `npm pack` runs
// this before (prepack) and with `--remove` after (postpack), because npm reads that file in place of the lock file.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'

const file = 'npm-shrinkwrap.json'
if (process.argv[2] === '--remove') rmSync(file, { force: true })
else writeFileSync(file, `${JSON.stringify(shrinkwrap(), null, 2)}\n`)

function shrinkwrap() {
  const { packages, ...lock } = JSON.parse(readFileSync('package-lock.json', 'utf8'))
  const { devDependencies, ...root } = packages['']
  // devOptional: a tool of ours brings it, and a dependency names it as an optional peer.
  const shipped = Object.entries(packages).filter(([path, { dev, devOptional }]) => path && !dev && !devOptional)
  return { ...lock, packages: { '': root, ...Object.fromEntries(shipped) } }
}
