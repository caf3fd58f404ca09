/** Shows the user that the program waits. */
export type Progress = {
  /** whether the user can see it: on a terminal */
  readonly isVisible: boolean
  /** Shows what the program waits for, until the result is disposed. */
  show(text: string): Disposable
}

export const noProgress: Progress = { isVisible: false, show: () => ({ [Symbol.dispose]() {} }) }
