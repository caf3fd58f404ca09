import { join } from 'node:path'
import * as z from 'zod'
import { readPrivateFile, writePrivateFile } from '../../disk/private-file.js'
import { type MetagraphPlace, networkKey } from './metagraph-file.js'

/** Whose announcements a file is about. */
export type AnnouncementPlace = Omit<MetagraphPlace, 'genesis'> & { readonly hotkey: string }

const savedAnnouncements = z.object({
  format: z.literal(1),
  /** the registration that the rest belongs to */
  uid: z.int().min(0),
  registeredAt: z.int().min(0).nullable(),
  /** that of our announcement which the chain held last; null: the chain lost it, or never held one */
  block: z.int().min(0).nullable(),
  /** when the chain lost our address to another one, epoch milliseconds */
  lostAt: z.array(z.int().min(0)).max(2),
})

/** What a miner remembers of its announcements over a restart. */
export type SavedAnnouncements = Omit<z.output<typeof savedAnnouncements>, 'format'>

/** Returns where a hotkey's announcements on a subnet are kept, beside the last metagraph. */
export function announcementPath({ folder, network, netuid, hotkey }: AnnouncementPlace): string {
  return join(folder, `announcements-${networkKey(network)}-${netuid}-${hotkey}.json`)
}

/** Keeps the announcements for the next start. @throws the error of the file system */
export async function saveAnnouncements(place: AnnouncementPlace, saved: SavedAnnouncements): Promise<void> {
  await writePrivateFile(announcementPath(place), `${JSON.stringify({ format: 1, ...saved })}\n`)
}

/** Reads the announcements back, or returns why they cannot be used; null: there are none. Never throws. */
export async function loadAnnouncements(
  place: AnnouncementPlace,
): Promise<{ readonly saved: SavedAnnouncements } | { readonly refused: string } | null> {
  const bytes = await readPrivateFile(announcementPath(place), MAX_BYTES)
  if ('why' in bytes) return bytes.code === 'ENOENT' ? null : { refused: bytes.why }
  try {
    const { format: _, ...saved } = savedAnnouncements.parse(JSON.parse(bytes.toString()))
    return { saved }
  } catch {
    return { refused: 'is damaged, or of another version of this program' } // whatever the bytes cause is about them
  }
}

const MAX_BYTES = 1_024
