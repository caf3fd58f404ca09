/**
 * A clock that stands still until it is moved: for what a dialect remembers, rates, and the age of a request. Timers
 * are not its business: a deadline still passes by itself.
 */
export class Clock {
  /** epoch milliseconds */
  ms: number

  constructor(ms = Date.now()) {
    this.ms = ms
  }

  readonly now = (): number => this.ms

  advance(ms: number): void {
    this.ms += ms
  }
}
