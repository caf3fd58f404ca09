import { type Interfaces, run } from '@oclif/core'
import { program } from './cli.ts'

/** Runs a command in this process. @returns its output */
export async function printed(
  argv: string[],
  { env = {}, options = program }: { env?: Record<string, string>; options?: Interfaces.LoadOptions } = {},
): Promise<string> {
  const { write } = process.stdout
  const output: string[] = []
  process.stdout.write = ((text: string) => output.push(text) > 0) as typeof write
  Object.assign(process.env, env)
  try {
    await run(argv, options)
  } finally {
    process.stdout.write = write
    for (const name of Object.keys(env)) delete process.env[name]
  }
  return output.join('')
}
