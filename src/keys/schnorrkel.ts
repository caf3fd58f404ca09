import { createRequire } from 'node:module'

/** The part of the signature library that this program calls. */
export type Schnorrkel = Pick<typeof import('@polkadot-labs/schnorrkel-wasm'), 'sr25519_verify'>

/**
 * Loads a new instance of the signature library, with its own memory. Takes about 1 ms.
 *
 * Rust does not unwind in WebAssembly: each panic leaks the stack that the call held, and after some 1,200 panics every
 * call of that instance fails. The package instantiates itself on load, so a new instance needs a new load: as
 * CommonJS, because an ES module stays in memory for good.
 */
export function freshSchnorrkel(): Schnorrkel {
  const require = createRequire(import.meta.url)
  const file = require.resolve('@polkadot-labs/schnorrkel-wasm')
  delete require.cache[file]
  return require(file) as Schnorrkel
}
