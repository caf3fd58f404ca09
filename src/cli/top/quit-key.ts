/** Aborts when the user types `q`; other keys of the terminal keep their meaning. */
export class QuitKey implements Disposable {
  readonly signal: AbortSignal
  readonly #quit = new AbortController()
  readonly #onKeys = (keys: Buffer) => this.#take(String(keys))
  readonly #onContinued = () => void process.stdin.setRawMode(true)

  constructor() {
    this.signal = this.#quit.signal
    const { stdin } = process
    if (!stdin.isTTY) return
    stdin.setRawMode(true)
    stdin.on('data', this.#onKeys)
    process.on('SIGCONT', this.#onContinued)
  }

  [Symbol.dispose](): void {
    const { stdin } = process
    if (!stdin.isTTY) return
    process.off('SIGCONT', this.#onContinued)
    stdin.off('data', this.#onKeys)
    stdin.setRawMode(false)
    stdin.pause()
  }

  // In raw mode the terminal makes no signals of keys.
  #take(keys: string): void {
    if (keys.includes('q')) this.#quit.abort()
    if (keys.includes('\u0003')) process.kill(process.pid, 'SIGINT')
    if (!keys.includes('\u001a')) return
    process.stdin.setRawMode(false)
    process.kill(process.pid, 'SIGTSTP')
  }
}
