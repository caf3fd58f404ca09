// Compiles src to dist from nothing, so that no file of an earlier build stays behind.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'

if (Number(process.versions.node.split('.')[0]) < 22) {
  console.error(
    `This needs Node 22.15 or newer and runs on ${process.version}: run it with npm (npm run build), after npm ci.`,
  )
  process.exit(1)
}
rmSync('dist', { recursive: true, force: true })
const { status } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc'], { stdio: 'inherit' })
process.exit(status ?? 1)
