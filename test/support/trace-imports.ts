// Loaded before the program by `node --import`: writes the address of each module that is loaded to the file TRACE.
import { appendFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

registerHooks({
  load(url, context, next) {
    appendFileSync(process.env.TRACE!, `${url}\n`)
    return next(url, context)
  },
})
