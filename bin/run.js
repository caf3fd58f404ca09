#!/usr/bin/env node
// The whole module, because an older Node has no `enableCompileCache` to name, and would say so instead of what follows.
import module from 'node:module'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 15)) {
  console.error(
    `miner needs Node 22.15 or newer and runs on ${process.version}: install a newer Node, or run it with npx from a clone.`,
  )
  process.exit(1)
}
module.enableCompileCache()
// Not awaited: when the pipe behind it closes, `miner --help | head -1` would end with Node's warning of an unsettled await.
import('../dist/cli/main.js').then(({ main }) => main(import.meta.url))
