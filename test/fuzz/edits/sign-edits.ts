import { pick } from '../../support/random.ts'
import type { Signing } from '../draft.ts'
import type { KeyUri } from '../keys.ts'
import type { EditKinds } from './edit-kind.ts'

/** Changes of what is signed. */
export const signEdits: EditKinds<Signing> = {
  by: {
    draw: next => [pick(['//Alice', '//Charlie', '//Dave', '//Bob'], next)],
    apply: (signing, uri) => {
      signing.by = uri as KeyUri
    },
  },
  receiver: {
    draw: next => [pick(['//Alice', '//Charlie', '//Dave'], next)],
    apply: (signing, uri) => {
      signing.receiver = uri as KeyUri
    },
  },
  ahead: {
    draw: next => [pick([-3_000, -30_000, -90_000, -3_600_000, 3_000, 30_000, 3_600_000, -1_700_000_000_000], next)],
    apply: (signing, ms) => {
      signing.aheadMs = Number(ms)
    },
  },
  legacy: {
    draw: () => [],
    apply: signing => {
      signing.isLegacy = true
    },
  },
  nonceText: {
    draw: next => [pick(NONCES, next)],
    apply: (signing, text) => {
      signing.nonce = String(text)
    },
  },
  uuid: {
    draw: next => [pick(UUIDS, next)],
    apply: (signing, text) => {
      signing.uuid = String(text)
    },
  },
  signedHash: {
    draw: next => [pick(HASHES, next)],
    apply: (signing, text) => {
      signing.hash = String(text)
    },
  },
  signedText: {
    draw: next => [pick(['<Bytes>#</Bytes>', '#.', ' #', '', '<Bytes>#', '#\n'], next)],
    apply: (signing, text) => {
      signing.text = String(text)
    },
  },
}

const NONCES = [
  '1756870404140',
  '99999999999999999',
  '100000000000000000',
  '+#',
  ' # ',
  '0#',
  '00_#',
  '#.0',
  '#_',
  '-#',
  '#e0',
  '#n',
  '0x#',
  '',
  'None',
  '#,#',
  '\u00a0#',
  '#\u0085',
  '\u00b2#',
]
const UUIDS = [
  'aae0eae4-e67a-11f1-ba07-02fc00000001',
  'ffffffff-ffff-1fff-bfff-ffffffffffff',
  '',
  'None',
  'a.b',
  'é',
  'ÿ',
  '{}',
  'x'.repeat(300),
  '..',
  "'",
  '%0d%0a',
  '\u00ff\u00fe',
  'undefined',
  '0',
]
const HASHES = [
  'None',
  '',
  'a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a',
  'A7FFC6F8BF1ED76651C14756A061D662F580FF4DE43B49FA82D80A4B80F8434A',
  'e0e37eb7f2cc8e8cd1d99053c97a43fd5c2a67c7ca30a7d233e535ac480d4848',
  '0'.repeat(64),
  'x.y',
]
