import type { SectionFacts } from '../../config/schema/facts.js'

/** What zod knows of the settings that come with this program: deriving it takes a fifth of a start. */
export type BuiltInFacts = {
  /** by the name that `hostSections` has for the section */
  readonly host: Readonly<Record<string, SectionFacts>>
  readonly miners: Readonly<Record<string, SectionFacts>>
}

/** Null here, where the facts are derived. `scripts/bundle.js` replaces this module by one with those that the build derived. */
export const builtInFacts: BuiltInFacts | null = null
