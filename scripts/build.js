// Compiles src to a fresh dist, so that it contains only files of this build. Replaces the old dist only after the
// build succeeds: a miner that starts meanwhile finds the old or the new one.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, renameSync, rmSync } from 'node:fs'

if (Number(process.versions.node.split('.')[0]) < 22) {
  console.error(`The build needs Node 22.15 or newer but runs on ${process.version}: run npm ci, then npm run build.`)
  process.exit(1)
}
rmSync('dist.next', { recursive: true, force: true })
const tsc = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '--outDir', 'dist.next'], {
  stdio: 'inherit',
})
if (tsc.status !== 0) process.exit(1)
cpSync('src/create/templates', 'dist.next/create/templates', { recursive: true })
copyPage('dist.next/admin/page')
cpSync('crates/sr25519-check/sr25519-check.wasm', 'dist.next/keys/sr25519-check.wasm')
// Here, so that an older Node has said what it lacks.
const [{ builtInModules }, { bundle }] = await Promise.all([import('./built-in.js'), import('./bundle.js')])
await bundle('dist.next', await builtInModules('dist.next'))
rmSync('dist.old', { recursive: true, force: true })
if (existsSync('dist')) renameSync('dist', 'dist.old')
renameSync('dist.next', 'dist')
rmSync('dist.old', { recursive: true, force: true })

/** Copies the dashboard's files, and those of uPlot, which it loads beside its own. */
function copyPage(to) {
  cpSync('src/admin/page', to, { recursive: true, filter: path => !path.endsWith('tsconfig.json') })
  cpSync('node_modules/uplot/dist/uPlot.esm.js', `${to}/uplot.js`)
  cpSync('node_modules/uplot/dist/uPlot.min.css', `${to}/uplot.css`)
  cpSync('node_modules/uplot/LICENSE', `${to}/uplot.LICENSE.txt`)
}
