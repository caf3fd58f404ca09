import { createKeyTables, type KeyTables } from './key-tables.js'
import { loadSignatureLibrary, type SignatureLibrary } from './signature-library.js'

/** A signature with the text and the key that it is checked against. */
export type Signed = {
  /** 32 bytes */
  readonly publicKey: Uint8Array
  /** at most 64 KiB; no signature holds over a longer one */
  readonly text: Uint8Array
  /** 64 bytes: R, then s with the marker bit */
  readonly signature: Uint8Array
  /** the key is expected to sign often: it gets and keeps a table before others */
  readonly isPreferred?: boolean
}

/** Checks sr25519 signatures. */
export type SignatureVerifier = {
  /** Returns for each signature whether it holds. Never throws, whatever the bytes are. */
  verify(batch: readonly Signed[]): readonly boolean[]
}

type VerifierOptions = {
  /** called when the library panics; the batch is then refused, and the library reloaded */
  readonly onPanic: (cause: unknown) => void
  /** loads a new instance of the library, before the first check and after each panic */
  readonly load?: () => SignatureLibrary
}

/**
 * Creates a verifier of sr25519 signatures (signing context `substrate`) over a text or over `<Bytes>` + text +
 * `</Bytes>`: `Keypair.verify` of bittensor-wallet accepts both (opentensor/btwallet src/keypair.rs `verify`).
 *
 * In a batch of eight, a good signature costs about 0.06 ms when its key has a table, else 0.13 ms. A wrong one costs
 * twice that.
 */
export function createVerifier({ onPanic, load = loadSignatureLibrary }: VerifierOptions): SignatureVerifier {
  let instance: { readonly library: SignatureLibrary; readonly tables: KeyTables } | null = null

  function check(batch: readonly Signed[]): readonly boolean[] {
    instance ??= { library: load(), tables: createKeyTables(TABLES) }
    const { library, tables } = instance
    const keyed = batch.map(signed => {
      const key = nameOf(signed.publicKey)
      return { ...signed, key, table: tables.placeOf(key) }
    })
    const verdicts = library.check(keyed)
    for (const [at, { key, publicKey, isPreferred = false }] of keyed.entries()) {
      const place = tables.count(key, { holds: verdicts[at]!, isPreferred })
      if (place !== null) library.makeTable(place, publicKey)
    }
    return verdicts
  }

  return {
    verify(batch) {
      const sound = batch.filter(isWellFormed)
      if (sound.length === 0) return batch.map(() => false)
      try {
        const verdicts = check(sound)
        if (sound.length === batch.length) return verdicts
        const holds = new Map(sound.map((signed, at) => [signed, verdicts[at]!]))
        return batch.map(signed => holds.get(signed) ?? false)
      } catch (cause) {
        // The instance may be damaged: better to refuse a batch than to trust its result.
        instance = null
        onPanic(cause)
        return batch.map(() => false)
      }
    },
  }
}

/** As many as there is memory for in the library, 133 kB each. */
const TABLES = 256

function isWellFormed({ publicKey, signature, text }: Signed): boolean {
  return publicKey.length === 32 && signature.length === 64 && text.length <= MAX_TEXT
}

/** The axon's headers are at most half of that. */
const MAX_TEXT = 64 * 1024

function nameOf(publicKey: Uint8Array): string {
  return Buffer.from(publicKey.buffer, publicKey.byteOffset, 32).toString('latin1')
}
