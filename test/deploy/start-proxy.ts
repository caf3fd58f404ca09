import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { freePort } from '../survival/start-redis.ts'

/** A proxy in front of an axon, with a recipe of `deploy`. */
export type Proxy = AsyncDisposable & { readonly url: string }

type ProxyOptions = {
  /** of the axon */
  readonly port: number
  /** an empty folder */
  readonly folder: string
  /** changes the recipe */
  readonly change?: (recipe: string) => string
}

/** Puts the ports of a test in the place of those of a recipe, each of which has to be there. */
function placed(recipe: string, ports: Readonly<Record<string, string>>): string {
  return Object.entries(ports).reduce((text, [from, to]) => {
    assert.ok(text.includes(from), `the recipe has no ${from}`)
    return text.replaceAll(from, to)
  }, recipe)
}

export async function startNginx({ port, folder, change = recipe => recipe }: ProxyOptions): Promise<Proxy> {
  const own = await freePort()
  const site = placed(change(readFileSync('deploy/nginx.conf', 'utf8')), {
    '    listen 8091;': `    listen 127.0.0.1:${own};`,
    '    server 127.0.0.1:9001;': `    server 127.0.0.1:${port};`,
  })
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(kind => `${kind}_temp_path ${folder}/${kind};`)
  const file = join(folder, 'nginx.conf')
  const main = `pid ${folder}/nginx.pid; error_log stderr; daemon off; worker_processes 1; events {}`
  writeFileSync(file, `${main}\nhttp { access_log off; ${paths.join(' ')}\n${site} }`)
  return startProxy('nginx', ['-e', 'stderr', '-c', file], { own, folder, stop: 'SIGQUIT' })
}

export async function startCaddy({ port, folder, change = recipe => recipe }: ProxyOptions): Promise<Proxy> {
  const own = await freePort()
  const site = placed(change(readFileSync('deploy/Caddyfile', 'utf8')), {
    'http://:8091 {': `http://:${own} {\n\tbind 127.0.0.1`,
    'reverse_proxy 127.0.0.1:9001 {': `reverse_proxy 127.0.0.1:${port} {`,
    // Its own port for orders would be the same in each test, and its log is of no use there.
    '{\n\tservers {': '{\n\tadmin off\n\tlog {\n\t\tlevel ERROR\n\t}\n\tservers {',
  })
  const file = join(folder, 'Caddyfile')
  writeFileSync(file, site)
  return startProxy('caddy', ['run', '--adapter', 'caddyfile', '--config', file], { own, folder, stop: 'SIGTERM' })
}

type Starting = { readonly own: number; readonly folder: string; readonly stop: NodeJS.Signals }

async function startProxy(program: string, args: readonly string[], { own, folder, stop }: Starting): Promise<Proxy> {
  mkdirSync(folder, { recursive: true })
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, PATH: `${process.env.PATH}:/usr/sbin` },
  })
  const url = `http://127.0.0.1:${own}`
  while (!(await fetch(`${url}/healthz`).catch(() => null))) {
    assert.equal(child.exitCode, null, `${program} ended`)
    await setTimeout(50)
  }
  return {
    url,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.kill(stop)
      await ended
    },
  }
}
