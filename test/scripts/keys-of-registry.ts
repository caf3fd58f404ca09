// Preloaded into npm: its key server, which only the real one can sign for, knows no keys of the registry. So npm asks the
// registry itself, as it does for every registry but npmjs.
import { registerHooks } from 'node:module'

const url = 'file:///tuf.cjs'
const source = `
  const getTarget = async () => {
    throw Object.assign(new Error('target not found'), { code: 'TUF_FIND_TARGET_ERROR' })
  }
  exports.initTUF = async () => ({ getTarget })
`
registerHooks({
  resolve: (name, context, next) =>
    name === '@sigstore/tuf' ? { url, format: 'commonjs', shortCircuit: true } : next(name, context),
  load: (name, context, next) =>
    name === url ? { format: 'commonjs', source, shortCircuit: true } : next(name, context),
})
