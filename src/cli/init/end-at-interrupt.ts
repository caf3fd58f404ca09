import { printError } from '../errors/print-error.js'
import { expectExit } from '../process/unexpected-exit.js'

/** Ends the program at Ctrl-C between two questions, while it waits for the model or the chain. */
export class EndAtInterrupt implements Disposable {
  readonly #reason: () => Error
  #isHeld = false
  #isDue = false

  /** @param reason makes the error that is printed, which decides the exit code */
  constructor(reason: () => Error) {
    this.#reason = reason
    process.on('SIGINT', this.#onInterrupt)
  }

  /** Does work that Ctrl-C does not cut: the program ends after it. */
  async hold<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#isHeld = true
    try {
      return await work()
    } finally {
      this.#isHeld = false
      if (this.#isDue) this.#end()
    }
  }

  readonly #onInterrupt = () => {
    if (this.#isHeld) this.#isDue = true
    else this.#end()
  }

  #end(): never {
    expectExit()
    process.exit(printError(this.#reason(), []))
  }

  [Symbol.dispose](): void {
    process.off('SIGINT', this.#onInterrupt)
  }
}
