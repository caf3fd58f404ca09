import type { ErrorCodes } from '../text/error-codes.js'

const regenerate = 'make the hotkey again from its phrase with `btcli wallet regen-hotkey`'

/** The one table of `WalletError` codes. Codes are API: add freely, rename with a major version. */
export const walletCodes = {
  WALLET_NAME_INVALID: {
    meaning: 'the name of a wallet or of a hotkey is not the name of a file',
    remedy: 'give the name alone, and the folder of the wallets with `--wallet-path`',
  },
  HOTKEY_NOT_FOUND: {
    meaning: 'the hotkey file does not exist',
    remedy: 'name one with `--wallet-name` and `--wallet-hotkey`, or make one with `btcli wallet new-hotkey`',
  },
  KEYFILE_UNREADABLE: {
    meaning: 'this user cannot read the hotkey file',
    remedy: 'run the miner as the user who owns the wallet',
  },
  KEYFILE_NOT_A_FILE: {
    meaning: 'the path of the hotkey is a folder or a device',
    remedy: 'a hotkey is one file in the folder `hotkeys` of its wallet',
  },
  KEYFILE_TOO_LARGE: {
    meaning: 'the file is too large for a keyfile',
    remedy: 'check that `--wallet-path` and `--wallet-hotkey` name a hotkey',
  },
  KEYFILE_MALFORMED: { meaning: 'the file is not a keyfile, or ends too early', remedy: regenerate },
  KEYFILE_PUBLIC_ONLY: {
    meaning: 'the file holds only the public half of a hotkey, which cannot sign',
    remedy: `copy the hotkey file itself, or ${regenerate}`,
  },
  KEYFILE_MISMATCH: {
    meaning: 'the secret in the file and the address in it belong to different keys',
    remedy: `the file was changed or damaged: ${regenerate}`,
  },
  KEYFILE_CRYPTO_UNSUPPORTED: {
    meaning: 'the hotkey is not an sr25519 key',
    remedy: 'register an sr25519 hotkey, which `btcli wallet new-hotkey` makes by default',
  },
  KEYFILE_ENCRYPTION_UNSUPPORTED: {
    meaning: 'the file is an Ansible Vault of a version or a cipher that the SDKs never wrote',
    remedy: `encrypt it again with \`ansible-vault rekey\`, or ${regenerate}`,
  },
  KEYFILE_LOCKED: {
    meaning: 'the hotkey is encrypted, and the miner has neither a password nor a terminal to prompt on',
    remedy: 'set `MINER_WALLET_PASSWORD`, or make the hotkey without a password',
  },
  KEYFILE_PASSWORD_MALFORMED: {
    meaning: "btwallet's `BT_PW_…` variable does not hold a password as btwallet saves it",
    remedy: 'set `MINER_WALLET_PASSWORD` to the password itself',
  },
  KEYFILE_PASSWORD_WRONG: {
    meaning: 'the password does not open the hotkey',
    remedy: 'give the password that the hotkey was made with, without a line end',
  },
  KEYFILE_PASSWORD_ABORTED: {
    meaning: 'the password prompt was cancelled (Ctrl-C or end of input)',
    remedy: 'set `MINER_WALLET_PASSWORD`, which skips the prompt',
  },
  KEYFILE_DECRYPT_FAILED: {
    meaning: 'decrypting the hotkey failed or took too long',
    remedy: 'free a processor for some seconds, and 600 MB of memory for a `$NACL` file',
  },
} satisfies ErrorCodes
