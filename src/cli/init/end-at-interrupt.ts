import { printError } from '../errors/print-error.js'
import { expectExit } from '../process/unexpected-exit.js'

/** Ends the program at Ctrl-C between two questions, while it waits for the model or the chain. */
export class EndAtInterrupt implements Disposable {
  readonly #reason: () => Error
  readonly #argv: readonly string[]
  #isHeld = false
  #isDue = false

  /**
   * @param reason makes the error that is printed, which decides the exit code
   * @param argv whether it is printed as JSON
   */
  constructor(reason: () => Error, argv: readonly string[]) {
    this.#reason = reason
    this.#argv = argv
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
    process.exit(printError(this.#reason(), this.#argv))
  }

  [Symbol.dispose](): void {
    process.off('SIGINT', this.#onInterrupt)
  }
}
