import type { DendriteReply } from '../../dendrite/create-dendrite.js'

/** Returns how a reply is labelled: the status that the axon sent, or `error` for one that the dendrite gives. */
export function replyLabel({ status, statusFrom }: Pick<DendriteReply, 'status' | 'statusFrom'>): string {
  return statusFrom === 'dendrite' ? 'error' : String(status ?? 'no status')
}
