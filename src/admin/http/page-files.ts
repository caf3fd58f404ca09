import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export type PageFile = { readonly type: string; readonly body: Uint8Array }

/** By the path that a browser asks for: `/`, `/app.js`, `/style/base.css`. */
export type PageFiles = ReadonlyMap<string, PageFile>

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/**
 * Reads the files of the page into memory, so that no path of a request ever reaches the file system.
 *
 * @throws the error of the file system
 */
export async function readPage(folder = ownFolder()): Promise<PageFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.flatMap(entry => {
    const type = types[extname(entry.name)]
    return entry.isFile() && type !== undefined ? [{ path: join(entry.parentPath, entry.name), type }] : []
  })
  const read = files.map(async ({ path, type }) => {
    const name = path.slice(folder.length).replaceAll('\\', '/')
    return [name === '/index.html' ? '/' : name, { type, body: await readFile(path) }] as const
  })
  return new Map(await Promise.all(read))
}

/** Of this package: the bundle of the program has its modules elsewhere. */
function ownFolder(): string {
  return fileURLToPath(new URL('dist/admin/page', import.meta.resolve('#package')))
}
