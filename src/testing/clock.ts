/**
 * A clock that moves only by `advance`. It controls a dialect's remembered state, rates, and the age of a request. It
 * does not control timers: deadlines still pass in real time.
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
