import type { Hook } from '@oclif/core'
import { adoptCommand } from '../errors/adopt-command.js'

/** Before a command runs: makes those of plugins throw errors and print warnings as this program's own do. */
const hook: Hook<'prerun'> = async ({ Command }) => adoptCommand(Command)

export default hook
