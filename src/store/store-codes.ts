import type { ErrorCodes } from '../text/error-codes.js'

/** The one table of `StoreError` codes. Codes are API: add freely, rename with a major version. */
export const storeCodes = {
  STORE_LOCKED: {
    meaning: 'another process serves the same hotkey on the same subnet with the same data folder',
    remedy: 'stop that process, which the message names; replicas of one hotkey share a Redis: [replicas](replicas.md)',
  },
  STORE_UNWRITABLE: {
    meaning: 'the spent nonces cannot be kept in the data folder: it is not writable, or the disk is full',
    remedy: 'make room, or let this user write the folder; another one can be named with `MINER_DATA_DIR`',
  },
  STORE_UNREACHABLE: {
    meaning: 'the Redis of `--store` cannot be reached, or is still loading its data',
    remedy:
      'start it, or correct the URL; the miner that serves already goes on, and refuses with 503 until it is back',
  },
  STORE_REFUSED: {
    meaning: 'the Redis of `--store` refuses the user or the password, or has no database of this number',
    remedy: 'write them into the URL: `redis://USER:PASSWORD@HOST:PORT`, and a database as `/0` at its end',
  },
  STORE_UNSUITABLE: {
    meaning:
      'the Redis of `--store` may lose nonces, or holds a part of them: it is a replica, a node of a cluster, or evicts keys when its memory is full',
    remedy: 'name a master that is in no cluster, and set `maxmemory-policy noeviction`',
  },
  STORE_SECRET: {
    meaning:
      'another replica of this hotkey has used the Redis of `--store` with another `--store-secret`; each would answer what the other has answered',
    remedy:
      'give all replicas the same secret; after a change for all of them, delete the key that the hint names: `redis-cli DEL miner:secret:…`',
  },
} satisfies ErrorCodes
