import { readFileSync } from 'node:fs'

/** A signature with the text and the key that it is checked against, and where the key's table is. */
export type TabledSignature = {
  /** 32 bytes */
  readonly publicKey: Uint8Array
  /** 64 bytes */
  readonly signature: Uint8Array
  readonly text: Uint8Array
  /** null: the key has no table */
  readonly table: number | null
}

/** An instance of `crates/sr25519-check`, with its own memory and tables. */
export type SignatureLibrary = {
  /** Returns for each signature whether it holds over its text, or over `<Bytes>` + text + `</Bytes>`. */
  check(batch: readonly TabledSignature[]): readonly boolean[]
  /** Makes the table of a key, in place of that which is there. The places are 0 to 255, taken in that order. */
  makeTable(place: number, publicKey: Uint8Array): void
}

/** What is used of it: TypeScript has it among the types of browsers only. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

/** Compiled on import: a miner that cannot check signatures must not start. */
const module = new WebAssembly.Module(readFileSync(new URL(import.meta.resolve('#dist/keys/sr25519-check.wasm'))))

/** Makes a new instance. Takes about 6 ms, most of it for the table of the group's base point. */
export function loadSignatureLibrary(): SignatureLibrary {
  const { memory, room, make_table, check } = new WebAssembly.Instance(module).exports as Exports

  return {
    check(batch) {
      const length = batch.reduce((sum, { text }) => sum + RECORD + text.length, 0)
      const start = room(length)
      // After `room`, which may grow the memory and detach earlier views.
      const bytes = Buffer.from(memory.buffer)
      let record = start
      let texts = start + batch.length * RECORD
      for (const { publicKey, signature, text, table } of batch) {
        bytes.set(publicKey, record)
        bytes.set(signature, record + 32)
        bytes.writeInt32LE(table ?? -1, record + 96)
        bytes.writeUInt32LE(text.length, record + 100)
        bytes.set(text, texts)
        record += RECORD
        texts += text.length
      }
      const verdicts = check(batch.length)
      if (verdicts === 0) throw new Error('the signature library cannot read its batch')
      const holds = new Uint8Array(memory.buffer, verdicts, batch.length)
      return Array.from(holds, hold => hold === 1)
    },

    makeTable(place, publicKey) {
      const start = room(publicKey.length)
      new Uint8Array(memory.buffer).set(publicKey, start)
      if (!make_table(place)) throw new Error(`the signature library makes no table in place ${place}`)
    },
  }
}

/** What src/exports.rs of the crate exports; `usize` and pointers are numbers. */
type Exports = {
  readonly memory: { readonly buffer: ArrayBuffer }
  room(bytes: number): number
  make_table(place: number): number
  check(count: number): number
}

/** Bytes: key, signature, place of the table, length of the text. */
const RECORD = 32 + 64 + 4 + 4
