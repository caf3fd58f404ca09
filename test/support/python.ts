import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ProcessOptions, run, startServer } from './child-process.ts'

/** The SDKs that `npm run test:interop` installs: the one with the fastest axon, and the latest. */
export const sdkVersions = ['7.4.0', '10.4.1'] as const
/** One of these versions. */
export type SdkVersion = (typeof sdkVersions)[number]

/** An axon run by the SDK itself. */
export type PythonAxon = AsyncDisposable & { readonly url: string; readonly port: number; readonly hotkey: string }

/**
 * Runs a script of test/interop/python with an SDK.
 *
 * @returns the JSON values that it printed, one per line
 * @throws when it fails, with its output
 */
export async function runPython(
  version: SdkVersion,
  script: string,
  args: readonly string[],
  options: { readonly input?: string; readonly timeoutMs?: number } = {},
): Promise<unknown[]> {
  using home = freshHome()
  const { code, stdout, stderr } = await run(python(version), scriptArgs(script, args), { ...options, env: home.env })
  if (code !== 0) throw new Error(`${script} on SDK ${version} exited with ${code}:\n${stdout}${stderr}`)
  return stdout
    .split('\n')
    .map(jsonOf)
    .filter(value => value !== undefined)
}

/** Starts axon.py on a free port of loopback. */
export async function startPythonAxon(version: SdkVersion, args: readonly string[] = []): Promise<PythonAxon> {
  const home = freshHome()
  try {
    const server = await startServer(python(version), scriptArgs('axon.py', args), {
      output: 'stdout',
      readyOf: line => jsonOf(line) as { port: number; hotkey: string } | undefined,
      env: home.env,
    })
    return {
      ...server.ready,
      url: `http://127.0.0.1:${server.ready.port}`,
      async [Symbol.asyncDispose]() {
        await server.stop()
        home[Symbol.dispose]()
      },
    }
  } catch (error) {
    home[Symbol.dispose]()
    throw error
  }
}

const repository = fileURLToPath(new URL('../..', import.meta.url))

function python(version: SdkVersion): string {
  return join(repository, '.interop', version, 'bin/python')
}

function scriptArgs(script: string, args: readonly string[]): string[] {
  return ['-W', 'ignore', join(repository, 'test/interop/python', script), ...args]
}

/** Creates a home directory, because the SDK writes into the importing user's home. */
function freshHome(): Disposable & { readonly env: ProcessOptions['env'] & {} } {
  const folder = mkdtempSync(join(tmpdir(), 'miner-python-'))
  return {
    env: { HOME: folder, PYTHONUTF8: '1', PYTHONDONTWRITEBYTECODE: '1' },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Parses a line; undefined when it is not a script's JSON, because the SDK logs to the same output. */
function jsonOf(line: string): unknown {
  return line.startsWith('{') ? JSON.parse(line) : undefined
}
