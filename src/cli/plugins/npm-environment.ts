import { dirname } from 'node:path'

type Secrets = {
  /** the variables of settings that are secrets, beside `MINER_…` */
  readonly variables: ReadonlySet<string>
  /** the text of the configuration file, which may refer to secrets as `env:NAME` */
  readonly file: string
}

/** By default npm asks a dead registry three times, a minute and more apart, and waits five minutes for a silent one. */
const bounds = { fetch_retries: '1', fetch_retry_mintimeout: '1000', fetch_timeout: '60000' }

/**
 * Returns the environment that npm and the install scripts of packages get: this program's, without its own variables and
 * without those that hold its secrets. Other programs' stay: the token of an `.npmrc`, proxies, compilers.
 */
export function npmEnvironment(env: NodeJS.ProcessEnv, secrets: Secrets): NodeJS.ProcessEnv {
  const hidden = new Set([...secrets.variables, ...referredTo(env, secrets)])
  const kept = Object.entries(env).filter(([name]) => !isOwn(name) && !hidden.has(name))
  const { PATH = '', ...rest } = Object.fromEntries(kept) as NodeJS.ProcessEnv
  return {
    ...Object.fromEntries(Object.entries(bounds).map(([name, value]) => [`npm_config_${name}`, value])),
    ...rest,
    // A script's `node` is the one that runs this program.
    PATH: [dirname(process.execPath), PATH].join(process.platform === 'win32' ? ';' : ':'),
    // A plugin's husky would look for a git repository where it is installed.
    HUSKY: '0',
  }
}

function isOwn(name: string): boolean {
  return /^MINER_/i.test(name)
}

/** Returns the names in `env:NAME`, wherever a setting may hold it: in the file, in our variables, in borrowed ones. */
function referredTo(env: NodeJS.ProcessEnv, { variables, file }: Secrets): readonly string[] {
  const own = Object.entries(env).filter(([name]) => isOwn(name) || variables.has(name))
  const texts = [...own.map(([, value = '']) => `"${value}"`), file]
  return texts.flatMap(text =>
    [...text.matchAll(/["']env:([A-Za-z_][A-Za-z0-9_]*)(?:[\r\n]*["'])/g)].map(([, name]) => name!),
  )
}
