#!/usr/bin/env node
// Imports the whole module: on an older Node a named import of `enableCompileCache` fails before the check below.
import { existsSync, mkdirSync, readFileSync, statSync, writeSync } from 'node:fs'
import module from 'node:module'
import { homedir, release } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'

// Bits of a mode: writing, and entering or any other access, by others than the owner.
const OTHERS_WRITE = 0o022
const OTHERS_ENTER = 0o077

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 15)) {
  console.error(
    `miner needs Node 22.15 or newer but runs on ${process.version}: install a newer Node, or run \`npx miner\` in a folder whose npm install brought one, such as a clone.`,
  )
  process.exit(1)
}
if (!hasPrintedVersion()) {
  keepCompiled()
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

/**
 * Keeps what V8 compiled in the cache folder, which oclif finds in the same way. Node's own default, a folder in that for
 * temporary files, belongs to the user who comes first. Node runs what it finds there, so the folder must be this user's
 * alone; without one the program starts as well, only slower.
 */
function keepCompiled() {
  try {
    const cache = cacheFolder()
    if (cache === null) return
    const folder = join(cache, 'compiled')
    makeFolder(folder)
    if (isOwn(cache, OTHERS_WRITE) && isOwn(folder, OTHERS_ENTER)) module.enableCompileCache(folder)
  } catch {
    // The folder cannot be made or read, or the user has no entry in passwd.
  }
}

/** Returns null where the user's home has no absolute path; throws for a user without any. */
function cacheFolder() {
  const { MINER_CACHE_DIR, XDG_CACHE_HOME = '', LOCALAPPDATA } = process.env
  if (MINER_CACHE_DIR) return resolve(MINER_CACHE_DIR)
  const { platform } = process
  const home = join(homedir(), ...(platform === 'darwin' ? ['Library', 'Caches'] : ['.cache']))
  const ofUser = (platform === 'win32' && LOCALAPPDATA) || home
  const base = platform !== 'darwin' && isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : ofUser
  return isAbsolute(base) ? join(base, 'bittensor-miner') : null
}

/** Not `mkdir` with `recursive`, nor Node's own in `enableCompileCache`: below `/proc` they never return. */
function makeFolder(path) {
  if (existsSync(path)) return
  makeFolder(dirname(path))
  mkdirSync(path, { mode: 0o700 })
}

/** Returns whether a folder is this user's, and its mode keeps others from what these bits allow. Windows has no such mode. */
function isOwn(path, bits) {
  if (!process.getuid) return true
  const { uid, mode } = statSync(path)
  return uid === process.getuid() && (mode & bits) === 0
}

async function start() {
  if (process.argv[2] === 'serve') {
    // Before all other modules: a service manager may send SIGHUP as soon as the process runs, and take its end by it for
    // a clean one. Whatever it asks for is read later anyway.
    const { listenForHangups } = await import('../dist/program/cli/process/hangups.js')
    listenForHangups()
  }
  const { main } = await import('../dist/program/cli/main.js')
  await main(import.meta.url)
}
