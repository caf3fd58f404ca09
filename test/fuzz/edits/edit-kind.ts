/** Draws a number in [0, 1). */
export type Random = () => number

/**
 * One kind of change. `apply` is given the arguments that `draw` drew, or that a saved case holds.
 *
 * @typeParam On what it changes
 */
export type EditKind<On> = {
  readonly draw: (next: Random) => (string | number)[]
  readonly apply: (on: On, ...args: (string | number)[]) => void
}

export type EditKinds<On> = Readonly<Record<string, EditKind<On>>>

/** Draws an integer from 0 to below `end`. */
export function below(end: number, next: Random): number {
  return Math.floor(next() * end)
}
