import { execFile } from 'node:child_process'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** How long the search for a syntax error may take. */
const SEARCH_MS = 5_000

/**
 * Returns where a syntax error is, as `FILE:LINE`. Node prints that of an ES module only when it dies of the error, so
 * another process compiles the module and what it imports by path, and runs none of it.
 *
 * @param file the module that was imported
 * @returns undefined when it cannot be found
 */
export async function syntaxPlace({ stack }: SyntaxError, file: string): Promise<string | undefined> {
  return placeIn(String(stack)) ?? placeIn(await search(file))
}

/** Reads the place from the line above the source text in a stack. */
function placeIn(stack: string): string | undefined {
  const [, name, line] = /^((?:file:|\/|[A-Z]:)[^\n]*):(\d+)\n/.exec(stack) ?? []
  if (name === undefined) return undefined
  return `${name.startsWith('file:') ? fileURLToPath(name) : name}:${line}`
}

/** Returns what Node prints of the first module that it cannot compile. */
async function search(file: string): Promise<string> {
  const args = ['--experimental-vm-modules', '--no-warnings', '--eval', compileAll, pathToFileURL(file).href]
  return new Promise(resolve => {
    execFile(process.execPath, args, { env: {}, timeout: SEARCH_MS }, (_, _stdout, stderr) => resolve(stderr))
  })
}

/** Compiles a module and the modules that it imports by path, at most 1000. */
const compileAll = `
const { readFileSync } = require('node:fs')
const { SourceTextModule } = require('node:vm')
const found = new Set([process.argv[1]])
for (const url of found) {
  if (!/\\.m?js$/.test(url)) continue
  let source
  try { source = readFileSync(new URL(url), 'utf8') } catch { continue }
  const { dependencySpecifiers, moduleRequests } = new SourceTextModule(source, { identifier: url })
  for (const one of moduleRequests?.map(({ specifier }) => specifier) ?? dependencySpecifiers)
    if (/^\\.{0,2}\\//.test(one) && found.size < 1000) found.add(new URL(one, url).href)
}
`
