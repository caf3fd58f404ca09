/**
 * Returns the words before `miner` in a command that is printed. npx tells its program that it runs it; without it, a clone
 * has no `miner` to call.
 */
export function npx(): readonly string[] {
  return process.env.npm_command === 'exec' ? ['npx'] : []
}
