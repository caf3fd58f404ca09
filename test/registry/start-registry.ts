import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run, startServer } from '../support/child-process.ts'

const verdaccio = fileURLToPath(new URL('node_modules/verdaccio/bin/verdaccio', import.meta.url))

/** A package registry of this machine, which knows what was published to it and asks no other. */
export type Registry = AsyncDisposable & {
  /** for npm: this registry, and a cache and settings of its own */
  readonly env: Readonly<Record<string, string>>
  /** Publishes a folder or an archive. */
  publish(what: string): Promise<void>
}

/** Starts one on a free port, which keeps all that it has in `folder`. */
export async function startRegistry(folder: string): Promise<Registry> {
  mkdirSync(folder, { recursive: true })
  const port = await freePort()
  const config = join(folder, 'config.yaml')
  writeFileSync(config, configuration)
  const userconfig = join(folder, 'npmrc')
  // npm publishes nothing without a token, and this registry asks for none.
  writeFileSync(userconfig, `//127.0.0.1:${port}/:_authToken=anybody\n`)
  const env = {
    npm_config_registry: `http://127.0.0.1:${port}/`,
    npm_config_userconfig: userconfig,
    npm_config_cache: join(folder, 'cache'),
  }
  const server = await startServer(process.execPath, [verdaccio, '--config', config, '--listen', `127.0.0.1:${port}`], {
    output: 'stdout',
    readyOf: line => (line.includes('http address') ? true : undefined),
  })
  return {
    env,
    async publish(what) {
      const { code, stderr } = await run('npm', ['publish', what], { env })
      if (code !== 0) throw new Error(`npm publish ${what} ended with ${code}: ${stderr}`)
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

const configuration = `
storage: ./storage
uplinks: {}
packages:
  '**': { access: $all, publish: $all }
log: { type: stdout, format: json, level: warn }
web: { enable: false }
`

async function freePort(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address() as { port: number }
    server.close(() => resolve(port))
  })
  return promise
}
