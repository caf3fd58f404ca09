import { createRequire } from 'node:module'

export type Schnorrkel = Pick<typeof import('@polkadot-labs/schnorrkel-wasm'), 'sr25519_verify'>

/**
 * A new instance of the signature library, with memory of its own. Takes about 1 ms.
 *
 * Rust does not unwind in WebAssembly: each panic leaks what the call held of the instance's stack, and after some
 * 1,200 panics every call fails. The package instantiates itself when it is loaded, so a new instance is a new load:
 * CommonJS, because what was imported as ESM is never let go.
 */
export function freshSchnorrkel(): Schnorrkel {
  const require = createRequire(import.meta.url)
  const file = require.resolve('@polkadot-labs/schnorrkel-wasm')
  delete require.cache[file]
  return require(file) as Schnorrkel
}
