// Loaded before the program by `node --import`: appends the URL of each loaded module to the file TRACE.
import { appendFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

registerHooks({
  load(url, context, next) {
    appendFileSync(process.env.TRACE!, `${url}\n`)
    return next(url, context)
  },
})
