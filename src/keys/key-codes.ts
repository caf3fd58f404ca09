import type { ErrorCodes } from '../text/error-codes.js'

/** The one table of `KeyError` codes. `SS58_…` an address · `URI_…`, `PHRASE_…` a key URI · `SECRET_…` raw bytes. */
export const keyCodes = {
  SS58_MALFORMED: {
    meaning: 'an address has a wrong length, or characters that base58 does not have',
    remedy: 'copy the ss58 address of the hotkey again',
  },
  SS58_CHECKSUM: { meaning: 'the checksum of an address is wrong', remedy: 'a character is wrong: copy it again' },
  SS58_PREFIX: {
    meaning: 'an address belongs to another network: its prefix is not 42',
    remedy: 'give the address that begins with 5',
  },
  URI_MALFORMED: {
    meaning: 'a key URI has a form that substrate does not know',
    remedy: 'write `//Alice`, or a phrase, or `0x` and 64 hex digits, then `//hard/soft///password`',
  },
  PHRASE_LENGTH: {
    meaning: 'a phrase does not have 12, 15, 18, 21 or 24 words',
    remedy: 'give all words, with one space between them',
  },
  PHRASE_WORD: { meaning: 'a word of a phrase is not on the BIP 39 list', remedy: 'check how it is spelled' },
  PHRASE_CHECKSUM: {
    meaning: 'the checksum of a phrase is wrong',
    remedy: 'check the words and their order',
  },
  SECRET_MALFORMED: {
    meaning: 'raw secret bytes are not an sr25519 secret',
    remedy: 'make the key again from its phrase',
  },
} satisfies ErrorCodes
