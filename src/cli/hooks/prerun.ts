import type { Hook } from '@oclif/core'
import { rethrowErrors } from '../errors/rethrow-errors.js'

/** Before a command runs: makes those of plugins throw their errors to this program, as its own do. */
const hook: Hook<'prerun'> = async ({ Command }) => rethrowErrors(Command)

export default hook
