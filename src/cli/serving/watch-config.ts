import { type FSWatcher, watch } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** How long a file must stay as it is before it counts as changed, so that no half-written file does. */
const SETTLE_MS = 500

type WatchOptions = {
  readonly onChange: () => void
  /** no further change will be seen */
  readonly onFailed: (error: unknown) => void
}

/**
 * Watches a file for changes of its content, by its folder: editors, and mounts of Kubernetes, rename a new file to its name.
 * When the file is a link, the folder that it leads to is watched, too. The first call of `onChange` comes as soon as the
 * watch has begun, for what changed before it. Disposing it ends the watch.
 */
export function watchConfig(path: string, { onChange, onFailed }: WatchOptions): Disposable {
  /** the state of the file for which `onChange` was called last, and the one that was found last */
  let reported: string | undefined
  let seen: string | undefined
  let watchers: readonly FSWatcher[] = []
  let failure: unknown
  let timer: NodeJS.Timeout | undefined
  let isDisposed = false

  const lookLater = () => {
    if (isDisposed) return
    timer ??= setTimeout(() => {
      timer = undefined
      void look()
    }, SETTLE_MS).unref()
  }
  const look = async () => {
    const found = await fingerprint(path)
    if (isDisposed || found === reported) return
    if (found !== seen) {
      seen = found
      await watchAnew()
      return lookLater()
    }
    reported = found
    onChange()
    if (failure !== undefined) fail(failure)
  }
  /** Watches what has the names of the folders now: it may not be what had them before. */
  const watchAnew = async () => {
    const folders = await foldersOf(path)
    if (isDisposed) return
    close()
    try {
      for (const folder of folders) {
        const watcher = watch(folder, { persistent: false }, lookLater)
        watchers = [...watchers, watcher.on('error', fail)]
      }
      failure = undefined
    } catch (error) {
      // While a folder is replaced there is none for a moment.
      failure = error
    }
  }
  const close = () => {
    for (const watcher of watchers) watcher.close()
    watchers = []
  }
  const end = () => {
    isDisposed = true
    clearTimeout(timer)
    close()
  }
  const fail = (error: unknown) => {
    end()
    onFailed(error)
  }
  void look()
  return { [Symbol.dispose]: end }
}

/** The folder of a file, and that of the file to which it is a link. */
async function foldersOf(path: string): Promise<ReadonlySet<string>> {
  const folder = await realpath(dirname(path)).catch(() => dirname(path)) // watching it reports the reason
  const target = await realpath(path).catch(() => null)
  return new Set([folder, ...(target === null ? [] : [dirname(target)])])
}

/** What differs when the content of a file does: which file it is, its size and its time. */
async function fingerprint(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true })
    return [ino, size, mtimeNs, ctimeNs].join()
  } catch {
    // Whatever the reason is, reading the file reports it. A folder that is gone, too, is another state: it ends the watch.
    const folder = await stat(dirname(path)).catch(() => null)
    return `missing in ${folder?.ino}`
  }
}
