// Loaded before the program by `node --import`: appends the URL of each loaded module to the file TRACE, and at the end the
// modules of Node itself. A file of the bundle counts as the modules that are in it, which it names above their code.
import { appendFileSync, readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

registerHooks({
  load(url, context, next) {
    appendFileSync(process.env.TRACE!, [url, ...bundledIn(url), ''].join('\n'))
    return next(url, context)
  },
})

const { moduleLoadList } = process as unknown as { moduleLoadList: readonly string[] }
process.on('exit', () => appendFileSync(process.env.TRACE!, `${moduleLoadList.join('\n')}\n`))

function bundledIn(url: string): string[] {
  const [root, file] = url.split('dist/program/')
  if (file === undefined) return []
  const names = readFileSync(new URL(url), 'utf8').matchAll(/^\/\/ ((?:node_modules|dist)\S*\.[cm]?js)$/gm)
  return [...names].map(([, path]) => `${root}${path}`)
}
