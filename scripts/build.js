// Compiles src to dist from nothing, so that no file of an earlier build stays behind. The new dist takes the place of the
// old one when it is whole: a miner that is started meanwhile finds one of the two.
import { spawnSync } from 'node:child_process'
import { cpSync, renameSync, rmSync } from 'node:fs'

if (Number(process.versions.node.split('.')[0]) < 22) {
  console.error(
    `This needs Node 22.15 or newer and runs on ${process.version}: run it with npm (npm run build), after npm ci.`,
  )
  process.exit(1)
}
rmSync('dist.next', { recursive: true, force: true })
const tsc = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '--outDir', 'dist.next'], {
  stdio: 'inherit',
})
if (tsc.status !== 0) process.exit(1)
cpSync('src/create/templates', 'dist.next/create/templates', { recursive: true })
rmSync('dist', { recursive: true, force: true })
renameSync('dist.next', 'dist')
