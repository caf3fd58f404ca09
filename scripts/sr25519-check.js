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
const HASH = join(CRATE, 'inputs.sha256')
const RUST = '1.95.0'
const TARGET = 'wasm32-unknown-unknown'
const BUILD = ['build', '--locked', '--release', '--target', TARGET]
/** How it ends where the toolchain is missing: .ci/run counts that as skipped. */
const SKIPPED = 77

const [mode] = process.argv.slice(2)
if (mode === '--check') check()
else if (mode === '--rebuild') rebuild()
else build()

function build() {
  if (!hasToolchain()) fail(`rustup and Rust ${RUST} are needed: https://rustup.rs`)
  const folder = mkdtempSync(join(tmpdir(), 'sr25519-check-'))
  writeFileSync(WASM, built(folder))
  writeFileSync(HASH, `${inputsHash()}\n`)
  console.log(`wrote ${WASM}`)
}

function check() {
  if (readFileSync(HASH, 'utf8').trim() !== inputsHash())
    fail(`crates/sr25519-check has changed since its wasm was built: run node scripts/sr25519-check.js`)
  console.log('sr25519-check.wasm was built from these sources')
}

function rebuild() {
  if (!hasToolchain()) {
    console.log(`skipped: Rust ${RUST} with ${TARGET} cannot be had here`)
    process.exit(SKIPPED)
  }
  const committed = readFileSync(WASM)
  for (const prefix of ['sr25519-check-', 'another-folder-'])
    if (!built(mkdtempSync(join(tmpdir(), prefix))).equals(committed))
      fail('a build of crates/sr25519-check differs from the committed wasm')
  console.log('two builds in other folders have the bytes of sr25519-check.wasm')
}

/** Builds a copy of the crate in a folder, and removes the folder. */
function built(folder) {
  try {
    for (const name of inputs()) cpSync(join(CRATE, name), join(folder, name), { recursive: true })
    const cargo = (words, env = {}) => {
      const options = { cwd: folder, env: { ...process.env, ...env }, stdio: 'inherit' }
      if (spawnSync('cargo', [`+${RUST}`, ...words], options).status !== 0) fail(`cargo ${words[0]} failed`)
    }
    cargo(['fetch', '--locked', '--target', TARGET])
    cargo(BUILD, { RUSTFLAGS: remapped(folder), CARGO_TARGET_DIR: join(folder, 'target') })
    return readFileSync(join(folder, 'target', TARGET, 'release/sr25519_check.wasm'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Panics name the place of their source: what they name is the same on every machine, whatever its folders and registry. */
function remapped(folder) {
  const registry = join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'registry/src')
  const sysroot = spawnSync('rustc', [`+${RUST}`, '--print', 'sysroot'], { encoding: 'utf8' }).stdout.trim()
  const crates = readdirSync(registry).map(name => [join(registry, name), '/crates'])
  return [[folder, '/sr25519-check'], [sysroot, '/rust'], ...crates]
    .map(([from, to]) => `--remap-path-prefix=${from}=${to}`)
    .join(' ')
}

/** Of all from which the wasm is built, in a fixed order, and of how it is built. */
function inputsHash() {
  const hash = createHash('sha256').update(JSON.stringify([RUST, ...BUILD]))
  for (const name of inputs()) hash.update(`\0${name}\0`).update(readFileSync(join(CRATE, name)))
  return hash.digest('hex')
}

function inputs() {
  const sources = readdirSync(join(CRATE, 'src')).sort()
  return ['Cargo.toml', 'Cargo.lock', ...sources.map(name => join('src', name))]
}

function hasToolchain() {
  const added = spawnSync('rustup', ['target', 'add', TARGET, '--toolchain', RUST], { stdio: 'ignore' })
  return added.status === 0
}

function fail(why) {
  console.error(why)
  process.exit(1)
}
