import { mkdirSync, readdirSync, watch } from 'node:fs'

/** Waits until there is a JSON file under its last name. */
export async function fileIn(folder: string): Promise<void> {
  mkdirSync(folder, { mode: 0o700, recursive: true })
  const { promise, resolve } = Promise.withResolvers<void>()
  const look = () => readdirSync(folder).some(name => name.endsWith('.json')) && resolve()
  const watcher = watch(folder, look)
  await promise.finally(() => watcher.close())
}
