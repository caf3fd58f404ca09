import type { HostSection } from '../../app/settings.js'

/** What a command declares: the host's sections that it reads, and whether it asks or shows a miner. */
export type Reader = {
  readonly reads: readonly HostSection[]
  /** of sections of which it uses a few settings only, their keys */
  readonly fewOf?: Readonly<Partial<Record<HostSection, readonly string[]>>> | undefined
  readonly usesMiner: boolean
}

/** Returns the host's sections of a command: `top` if it uses a miner, `log` and `plugins` always, and its own. */
export function sectionNamesOf({ reads, usesMiner }: Pick<Reader, 'reads' | 'usesMiner'>): readonly HostSection[] {
  return [...(usesMiner ? ['top' as const] : []), 'log', 'plugins', ...reads]
}
