import { type HostSection, hostSections } from '../../app/settings.js'

/** What a command tells of itself: the host's sections that it reads, and whether it asks, or shows, a miner. */
export type Reader = { readonly reads: readonly HostSection[]; readonly usesMiner: boolean }

/** The host's sections of a command: which miner, where one is asked; log and plugins, which all have; and its own. */
export function sectionsOf({ reads, usesMiner }: Reader): readonly (typeof hostSections)[HostSection][] {
  return [...(usesMiner ? ['top' as const] : []), 'log' as const, 'plugins' as const, ...reads].map(
    name => hostSections[name],
  )
}
