import { pbkdf2Sync } from 'node:crypto'
import { BIP39_EN_WORDLIST, mnemonicToEntropy } from '@polkadot-labs/hdkd-helpers'
import { KeyError } from './key-error.js'

/**
 * Derives the mini secret of a phrase as substrate does: from the phrase's entropy, where BIP 39 uses the words
 * themselves. Loading this module takes about 50 ms, so import it only when there is a phrase.
 *
 * @param phrase 12, 15, 18, 21 or 24 English words, checksum included
 * @returns 32 bytes
 * @throws {KeyError} PHRASE_LENGTH · PHRASE_WORD · PHRASE_CHECKSUM
 */
export function miniSecret(phrase: string, password = ''): Uint8Array {
  const words = phrase.split(/\s+/).filter(word => word !== '')
  if (![12, 15, 18, 21, 24].includes(words.length)) {
    throw new KeyError(
      'PHRASE_LENGTH',
      `the phrase has ${words.length} ${words.length === 1 ? 'word' : 'words'} instead of 12, 15, 18, 21 or 24`,
      'write a phrase as words with spaces between them, a development key as //Alice, a seed as 0x and 64 hex digits',
    )
  }
  const list = new Set(BIP39_EN_WORDLIST.split('|'))
  const unknown = words.findIndex(word => !list.has(word))
  if (unknown !== -1) {
    throw new KeyError(
      'PHRASE_WORD',
      `word ${unknown + 1} of the phrase is not on the BIP 39 list`,
      'words are English and in lower case',
    )
  }
  // The password's bytes are used unchanged (parity substrate-bip39 src/lib.rs `seed_from_entropy`). BIP 39 and
  // hdkd-helpers normalise them first, which yields another key for `ä`.
  return pbkdf2Sync(entropy(words), `mnemonic${password}`, 2048, 64, 'sha512').subarray(0, 32)
}

function entropy(words: readonly string[]): Uint8Array {
  try {
    return mnemonicToEntropy(words.join(' '))
  } catch {
    // The number and spelling of the words are already checked, so only the checksum can fail.
    throw new KeyError(
      'PHRASE_CHECKSUM',
      'the checksum of the phrase is wrong',
      'check the phrase: a word is wrong, or two are swapped',
    )
  }
}
