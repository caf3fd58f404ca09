import type { ErrorCodes } from '../text/error-codes.js'

/** The one table of `AuditError` codes. */
export const auditCodes = {
  HOST_UNKNOWN: {
    meaning: 'the name of the host in `--url` has no address',
    remedy: 'check `--url`, or name the address itself',
  },
  NOT_LOOPBACK: {
    meaning: 'the address of the axon is not a loopback address, and `--remote` is not given',
    remedy: 'audit it on its own machine at 127.0.0.1, or with `--remote`, which sends less',
  },
  NOT_ANNOUNCED: {
    meaning: 'the chain does not announce this address for the hotkey of the wallet',
    remedy: 'name the address that `miner status` shows, and the wallet of the miner',
  },
  NOT_CONFIRMED: {
    meaning: 'the attack on another machine is not confirmed',
    remedy: 'type the address when you are asked, or give `--yes`',
  },
  CONFIRMATION_ABORTED: {
    meaning: 'the question whether to attack another machine was cancelled (Ctrl-C)',
    remedy: 'type the address when you are asked, or give `--yes`',
  },
  NOT_OURS: {
    meaning: 'the axon at the address does not tell requests for the hotkey of the wallet from those for another',
    remedy: 'check that `--url` reaches your own miner, and the wallet',
  },
  NO_AXON: {
    meaning: 'the axon cannot be reached, or sends no reply to the first request',
    remedy: 'start the miner, and check `--axon-port` or `--url`, and its firewall',
  },
  GOOD_REQUEST_FAILED: {
    meaning: 'the axon does not answer a good request, so no attack on it would tell anything',
    remedy: 'fix what the message says; `miner query` sends the same request',
  },
  NOT_AN_AXON: {
    meaning:
      'the reply to the good request is not one of the axon: its head names another hotkey, or has nothing of this wire',
    remedy: 'check that `--url` or `--axon-port` reaches the miner, and its hotkey: the wallet, or `--receiver`',
  },
  AUDIT_KEY_UNUSABLE: {
    meaning: 'the key that the audit makes for itself cannot be kept or read',
    remedy: 'make the folder that the message names writable, or choose a caller with `--as`',
  },
} satisfies ErrorCodes
