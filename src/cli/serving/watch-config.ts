import { type FSWatcher, watch } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** How long after the first event the file is looked at, so that one save is one change. */
const SETTLE_MS = 200
/** How long a file may be missing, as while an editor replaces it, before that counts as a change. */
const MISSING_MS = 1_000

type WatchOptions = {
  readonly onChange: () => void
  /** no further change will be seen */
  readonly onFailed: (error: unknown) => void
}

/**
 * Watches a file for changes of its content, by its folder: editors, and mounts of Kubernetes, rename a new file to its name.
 * The first call of `onChange` comes at once, for what changed before the watch. Disposing it ends the watch.
 */
export function watchConfig(path: string, { onChange, onFailed }: WatchOptions): Disposable {
  let known: string | undefined
  let timer: NodeJS.Timeout | undefined
  let isDisposed = false
  const lookIn = (ms: number, isAgain = false) => {
    if (isDisposed) return
    timer ??= setTimeout(() => {
      timer = undefined
      void look(isAgain)
    }, ms).unref()
  }
  const look = async (isAgain: boolean) => {
    const found = await fingerprint(path)
    if (found === known || isDisposed) return
    if (found === MISSING && !isAgain) return lookIn(MISSING_MS, true)
    known = found
    onChange()
  }
  const end = () => {
    isDisposed = true
    clearTimeout(timer)
    watcher?.close()
  }
  let watcher: FSWatcher | undefined
  try {
    watcher = watch(dirname(path), { persistent: false }, () => lookIn(SETTLE_MS))
    watcher.on('error', error => {
      end()
      onFailed(error)
    })
  } catch (error) {
    onFailed(error)
  }
  void look(true)
  return { [Symbol.dispose]: end }
}

const MISSING = 'missing'

/** What differs when the content of a file does: which file it is, its size and its time. */
async function fingerprint(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true })
    return [ino, size, mtimeNs, ctimeNs].join()
  } catch {
    return MISSING // whatever the reason is, reading the file reports it
  }
}
