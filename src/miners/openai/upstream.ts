/** Who is asked, as errors need it. */
export type Upstream = {
  readonly host: string
  /** as configured */
  readonly model: string
  /** values that must not show up in any text */
  readonly secrets: readonly string[]
}
