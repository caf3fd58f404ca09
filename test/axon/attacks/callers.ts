import { keypairFromUri } from '#dist/keys/key-uri.js'

const keyOf = (uri: string) => keypairFromUri(uri)

/** The caller that must be answered, whatever others do. */
export const GOOD = await keyOf('//Charlie')

/** A caller that may ask, too, and attacks. */
export const BAD = await keyOf('//Alice')

/** A hundred more of that kind. */
export const MANY = await Promise.all(Array.from({ length: 100 }, (_, at) => keyOf(`//Many//${at}`)))

/** All that the axon lets in, with the same stake. */
export const admitted = [GOOD, BAD, ...MANY]

/** An address of loopback; each is in a network of its own. */
export function addressOf(at: number): string {
  return `127.${1 + (at >> 8)}.${at & 255}.1`
}
