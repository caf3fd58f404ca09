import { type Stats, statSync } from 'node:fs'

/** Knows a file that is open, whatever becomes of its path: an operator may delete it, or move another one there. */
export class FileIdentity {
  readonly #file: Stats | undefined

  /** @param path of a file that was opened just now */
  constructor(path: string) {
    this.#file = statSync(path, { throwIfNoEntry: false })
  }

  /** Returns whether the file at a path is this one; also when the path cannot be looked up, which tells nothing of it. */
  isAt(path: string): boolean {
    try {
      const file = statSync(path, { throwIfNoEntry: false })
      return file !== undefined && file.ino === this.#file?.ino && file.dev === this.#file.dev
    } catch {
      return true
    }
  }
}
