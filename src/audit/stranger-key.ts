import { randomBytes } from 'node:crypto'
import { type Keypair, keypairFromMiniSecret } from '../keys/keypair.js'

/** Makes the key of a caller that the axon cannot know. */
export function strangerKey(): Keypair {
  return keypairFromMiniSecret(randomBytes(32))
}
