import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'

/** Reads a file of test/fixtures/chain. */
export function fixture(name: string): Uint8Array {
  return brotliDecompressSync(readFileSync(new URL(`../../fixtures/chain/${name}.br`, import.meta.url)))
}
