import type { Alias } from './setting-meta.js'

/** An old name of a setting that the host keeps: as an alias of `.meta()`, and its value may be computed. */
export type Spelling = Omit<Alias, 'value'> & {
  readonly value?: Alias['value'] | Translation
  /**
   * settings of the same section by their paths, which have the value computed here where no layer gives them; undefined:
   * it implies none
   */
  readonly implies?: Readonly<Record<string, (text: string) => string | undefined>>
}

/**
 * Translates the value of an old name to the setting's.
 *
 * @returns undefined when another name in the same layer tells the value, and after a problem was reported
 */
export type Translation = (text: string, context: TranslationContext) => string | undefined

export type TranslationContext = {
  /** returns what another old name has in the same layer */
  readonly given: (name: string) => string | undefined
  /** receives a message that continues a sentence about the setting */
  readonly report: (message: string) => void
}
