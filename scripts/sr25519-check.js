// Builds the wasm of crates/sr25519-check, which is committed, so that users need no Rust.
//
//   node scripts/sr25519-check.js            builds it, and notes the hash of its inputs
//   node scripts/sr25519-check.js --check    fails when the inputs have another hash than the committed wasm was built from
//   node scripts/sr25519-check.js --rebuild  fails when a build, in two other folders, has other bytes; ends with 77 where
//                                            the toolchain cannot be had
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'

const CRATE = join(import.meta.dirname, '../crates/sr25519-check')
const WASM = join(CRATE, 'sr25519-check.wasm')
const HASHES = join(CRATE, 'sr25519-check.sha256')
const RUST = '1.95.0'
const TARGET = 'wasm32-unknown-unknown'
const BUILD = ['build', '--locked', '--release', '--target', TARGET]
/** What panics of the wasm call the folders of the build. */
const PLACES = { crate: '/sr25519-check', rust: '/rust', crates: '/crates' }
/** What a Cargo.toml leaves to its defaults, and another file of Cargo's could change. */
const PROFILE = {
  CARGO_INCREMENTAL: '0',
  CARGO_PROFILE_RELEASE_DEBUG: 'false',
  CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS: 'false',
  CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS: 'false',
}
/** How it ends where the toolchain is missing: .ci/run counts that as skipped. */
const SKIPPED = 77

const [mode] = process.argv.slice(2)
try {
  if (mode === '--check') check()
  else if (mode === '--rebuild') rebuild()
  else build()
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}

function build() {
  if (!hasToolchain()) throw new Error(`rustup and Rust ${RUST} are needed: https://rustup.rs`)
  const folder = mkdtempSync(join(tmpdir(), 'sr25519-check-'))
  writeFileSync(WASM, built(folder))
  writeFileSync(HASHES, hashes())
  console.log(`wrote ${WASM}`)
}

function check() {
  if (readFileSync(HASHES, 'utf8') !== hashes())
    throw new Error(
      'crates/sr25519-check or its wasm has changed since it was built: run node scripts/sr25519-check.js',
    )
  console.log('sr25519-check.wasm was built from these sources')
}

function rebuild() {
  if (!hasToolchain()) {
    console.log(`skipped: Rust ${RUST} with ${TARGET} cannot be had here`)
    process.exitCode = SKIPPED
    return
  }
  const committed = readFileSync(WASM)
  for (const prefix of ['sr25519-check-', 'another-folder-'])
    if (!built(mkdtempSync(join(tmpdir(), prefix))).equals(committed))
      throw new Error('a build of crates/sr25519-check differs from the committed wasm')
  console.log('two builds in other folders have the bytes of sr25519-check.wasm')
}

/** Builds a copy of the crate in a folder, and removes the folder. */
function built(folder) {
  try {
    for (const name of inputs()) cpSync(join(CRATE, name), join(folder, name), { recursive: true })
    const env = { ...environment(), CARGO_TARGET_DIR: join(folder, 'target') }
    const cargo = (words, more = {}) => {
      const options = { cwd: folder, env: { ...env, ...more }, stdio: 'inherit' }
      if (spawnSync('cargo', [`+${RUST}`, ...words], options).status !== 0) throw new Error(`cargo ${words[0]} failed`)
    }
    cargo(['fetch', '--locked', '--target', TARGET])
    cargo(BUILD, { CARGO_ENCODED_RUSTFLAGS: remapped(folder) })
    return readFileSync(join(folder, 'target', TARGET, 'release/sr25519_check.wasm'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** That of this process, without what would change the build; the profile is set here, because this goes before Cargo's files. */
function environment() {
  const changing = /^(CARGO_(PROFILE|BUILD|TARGET|ENCODED)_|RUST(C|FLAGS|DOC))/
  const kept = Object.entries(process.env).filter(([name]) => !changing.test(name))
  return { ...Object.fromEntries(kept), ...PROFILE }
}

/** Panics name the place of their source: what they name is the same on every machine, whatever its folders and registry. */
function remapped(folder) {
  const registry = join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'registry/src')
  const sysroot = spawnSync('rustc', [`+${RUST}`, '--print', 'sysroot'], { encoding: 'utf8' }).stdout.trim()
  const crates = readdirSync(registry).map(name => [join(registry, name), PLACES.crates])
  return [[folder, PLACES.crate], [sysroot, PLACES.rust], ...crates]
    .map(([from, to]) => `--remap-path-prefix=${from}=${to}`)
    .join('\x1f')
}

/** Of all from which the wasm is built, in a fixed order, and of how it is built; and of the wasm. */
function hashes() {
  const hash = createHash('sha256').update(JSON.stringify([RUST, BUILD, PROFILE, PLACES]))
  for (const name of inputs()) hash.update(`\0${name}\0`).update(readFileSync(join(CRATE, name)))
  const wasm = createHash('sha256').update(readFileSync(WASM))
  return `${hash.digest('hex')}  inputs\n${wasm.digest('hex')}  sr25519-check.wasm\n`
}

function inputs() {
  const sources = readdirSync(join(CRATE, 'src')).sort()
  return ['Cargo.toml', 'Cargo.lock', ...sources.map(name => join('src', name))]
}

function hasToolchain() {
  const added = spawnSync('rustup', ['target', 'add', TARGET, '--toolchain', RUST], { stdio: 'ignore' })
  return added.status === 0
}
