import { join } from 'node:path'
import * as z from 'zod'
import { readPrivateFile } from '../../disk/private-file.js'
import { makePolicySettings } from '../../policy/settings.js'
import { forgedState, loadState, storeState } from './load-state.js'

/** The form of the file; a reader of another version ignores it. */
const VERSION = 1
/** Some thousand callers take 1 MB, and 10,000 hotkeys that have used some of their rate another. */
const MAX_BYTES = 8 * 1024 * 1024

const count = z.int().min(0)
/** epoch milliseconds; a `Date` holds no more */
const time = z.number().min(0).max(8.64e15)
const endings = { answered: count, refused: count, failed: count, cancelled: count }

const servingState = z.object({
  version: z.literal(VERSION),
  pid: z.int().min(1),
  startedAt: time,
  writtenAt: time,
  /** when it stopped in order; null: it serves, or was killed */
  stoppedAt: time.nullable(),
  netuid: z.int().min(0).max(65_535),
  network: z.string(),
  hotkey: z.string(),
  url: z.string(),
  port: z.int().min(1).max(65_535),
  miner: z.string(),
  dialect: z.string(),
  /** whether the miner has a `priority` hook; null: a version of the miner wrote the file that did not tell */
  hasPriority: z.boolean().nullable().default(null),
  /** whether it has a `blacklist` hook, as above */
  hasBlacklist: z.boolean().nullable().default(null),
  /** how old the standings are by which it decides; null: it serves without a chain */
  chain: z.enum(['fresh', 'stale', 'unknown']).nullable(),
  /** why its settings refuse every neuron; null: they admit one, or it serves without a chain */
  noCallers: z.object({ message: z.string(), hint: z.string() }).nullable(),
  /** what does not work at present of its life on the chain */
  problem: z.object({ message: z.string(), since: time }).nullable(),
  /** how its announcement stands; null: it serves without a chain */
  announcement: z.enum(['off', 'announced', 'waiting', 'failing', 'elsewhere']).nullable(),
  /** what it announces; null: nothing */
  ours: z.object({ ip: z.string(), port: z.int().min(1).max(65_535) }).nullable(),
  /** null: a version of the miner that does not count it wrote the file */
  load: loadState.nullable().default(null),
  /** how the store of nonces does; null: a version of the miner that does not tell wrote the file */
  store: storeState.nullable().default(null),
  forged: forgedState.default([]),
  /** the policy in force; null: a version of the miner wrote the file that did not tell */
  policy: makePolicySettings()
    .extend({
      /** whether it has lost its place, and answers the hotkeys of `allow` only; null: it does not go on then */
      isLost: z.boolean().nullable(),
    })
    .nullable()
    .default(null),
  /**
   * how many requests the rates of the policy leave the hotkeys that have used some of theirs; null: a version of the miner
   * wrote the file that did not tell
   */
  ratesLeft: z
    .array(z.object({ hotkey: z.string(), left: z.number().min(0) }))
    .readonly()
    .nullable()
    .default(null),
  requests: z.object({
    since: time,
    callers: z
      .array(
        z.object({
          hotkey: z.string(),
          uid: z.int().min(0).nullable(),
          ...endings,
          lastAt: time,
          /** how many requests its rate leaves it now; null: it has no rate */
          rateLeft: z.number().min(0).nullable().default(null),
        }),
      )
      .readonly(),
    others: z.object(endings),
    /** of the answered requests, those whose answer was cut by its deadline; null: a version that does not count them wrote the file */
    cut: count.nullable().default(null),
    reasons: z
      .array(
        z.object({
          ending: z.enum(['refused', 'failed']),
          code: z.string(),
          status: z.int(),
          reason: z.string(),
          count,
          strangers: count.default(0),
          lastAt: time,
          hotkeys: z.array(z.string()).readonly(),
        }),
      )
      .readonly(),
  }),
})

/** What `miner serve` tells other commands of itself, in a file. */
export type ServingState = z.output<typeof servingState>

/** How old the file of a miner that serves is at most, with some time for a slow machine. */
const MAX_AGE_MS = 60_000

/**
 * Returns whether the miner of a state serves, as far as its file tells. A time far in the future counts as old: the clock
 * was set back, and a miner that serves would have written again.
 */
export function isServing({ stoppedAt, writtenAt }: ServingState, now: number): boolean {
  return stoppedAt === null && Math.abs(now - writtenAt) <= MAX_AGE_MS
}

/** Returns the path of the file for one hotkey on one subnet. */
export function statePath(folder: string, { netuid, hotkey }: Pick<ServingState, 'netuid' | 'hotkey'>): string {
  return join(folder, `serving-${netuid}-${hotkey}.json`)
}

/** Formats a state for its file. */
export function stateText(state: Omit<ServingState, 'version'>): string {
  return `${JSON.stringify({ version: VERSION, ...state })}\n`
}

/** A state that was read; without one, `problem` says why the file cannot be used, and is null when it does not exist. */
export type FoundState =
  | { readonly state: ServingState; readonly problem: null }
  | { readonly state: null; readonly problem: string | null }

/** Reads the state in a file. Never throws, whatever the file holds. */
export async function readState(path: string): Promise<FoundState> {
  const bytes = await readPrivateFile(path, MAX_BYTES)
  if ('why' in bytes) return { state: null, problem: bytes.code === 'ENOENT' ? null : bytes.why }
  try {
    return { state: servingState.parse(JSON.parse(bytes.toString())), problem: null }
  } catch {
    return { state: null, problem: 'is not a state that this version of the miner wrote' } // whatever is wrong with it
  }
}
