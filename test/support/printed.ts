import { type Interfaces, run } from '@oclif/core'
import { program } from './cli.ts'

/** Runs a command in this process. @returns what it printed */
export async function printed(
  argv: string[],
  { env = {}, options = program }: { env?: Record<string, string>; options?: Interfaces.LoadOptions } = {},
): Promise<string> {
  const { write } = process.stdout
  const said: string[] = []
  process.stdout.write = ((text: string) => said.push(text) > 0) as typeof write
  Object.assign(process.env, env)
  try {
    await run(argv, options)
  } finally {
    process.stdout.write = write
    for (const name of Object.keys(env)) delete process.env[name]
  }
  return said.join('')
}
