#!/usr/bin/env node
// Imports the whole module: on an older Node a named import of `enableCompileCache` fails before the check below.
import { readFileSync, writeSync } from 'node:fs'
import module from 'node:module'
import { release } from 'node:os'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 15)) {
  console.error(
    `miner needs Node 22.15 or newer but runs on ${process.version}: install a newer Node, or run \`npx miner\` in a folder whose npm install brought one, such as a clone.`,
  )
  process.exit(1)
}
if (!hasPrintedVersion()) {
  module.enableCompileCache()
  // Not awaited: when stdout closes early, as in `miner --help | head -1`, Node would warn of an unsettled top-level
  // await.
  start()
}

/** Prints the version as oclif would, which takes four times as long to load. Whatever fails here is left to oclif. */
function hasPrintedVersion() {
  if (process.argv[2] !== '--version' && process.argv[2] !== '-V') return false
  try {
    // Platforms that oclif calls by another name.
    if (process.arch === 'ia32' || /microsoft/i.test(release())) return false
    const { name, version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
    writeSync(1, `${name}/${version} ${process.platform}-${process.arch} node-${process.version}\n`)
    return true
  } catch {
    return false // oclif tells what is wrong, such as a full disk
  }
}

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
