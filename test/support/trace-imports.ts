// Loaded before the program by `node --import`: appends the URL of each loaded module to the file TRACE, and at the end the
// modules of Node itself.
import { appendFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

registerHooks({
  load(url, context, next) {
    appendFileSync(process.env.TRACE!, `${url}\n`)
    return next(url, context)
  },
})

const { moduleLoadList } = process as unknown as { moduleLoadList: readonly string[] }
process.on('exit', () => appendFileSync(process.env.TRACE!, `${moduleLoadList.join('\n')}\n`))
