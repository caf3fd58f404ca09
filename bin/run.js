#!/usr/bin/env node
// Imports the whole module: on an older Node a named import of `enableCompileCache` fails before the check below.
import module from 'node:module'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 15)) {
  console.error(
    `miner needs Node 22.15 or newer but runs on ${process.version}: install a newer Node, or run \`npx miner\` in a folder whose npm install brought one, such as a clone.`,
  )
  process.exit(1)
}
module.enableCompileCache()
// Not awaited: when stdout closes early, as in `miner --help | head -1`, Node would warn of an unsettled top-level
// await.
start()

async function start() {
  if (process.argv[2] === 'serve') {
    // Before all other modules: a service manager may send SIGHUP as soon as the process runs, and take its end by it for
    // a clean one. Whatever it asks for is read later anyway.
    const { listenForHangups } = await import('../dist/cli/process/hangups.js')
    listenForHangups()
  }
  const { main } = await import('../dist/cli/main.js')
  await main(import.meta.url)
}
