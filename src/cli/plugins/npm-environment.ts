import { delimiter, dirname } from 'node:path'

/** What npm must not see. */
type Secrets = {
  /** the variables of settings that are secrets, beside `MINER_…` and the SDK's passwords of wallets */
  readonly variables: ReadonlySet<string>
  /** the texts of configuration files, which may refer to secrets as `env:NAME` */
  readonly files: readonly string[]
}

/** By default npm asks a dead registry three times, a minute and more apart, and waits five minutes for a silent one. */
const bounds = { fetch_retries: '1', fetch_retry_mintimeout: '1000', fetch_timeout: '60000' }

/**
 * Returns the environment that npm and the install scripts of packages get: this program's, without its own variables and
 * without those that hold its secrets or the passwords of wallets. Other programs' stay: the token of an `.npmrc`, proxies, compilers.
 */
export function npmEnvironment(env: NodeJS.ProcessEnv, secrets: Secrets): NodeJS.ProcessEnv {
  const hidden = new Set([...secrets.variables, ...referredTo(env, secrets)])
  const kept = Object.entries(env).filter(([name]) => !isOwn(name) && !ofNpmExec.test(name) && !hidden.has(name))
  const { PATH = '', ...rest } = Object.fromEntries(kept) as NodeJS.ProcessEnv
  return {
    ...Object.fromEntries(Object.entries(bounds).map(([name, value]) => [`npm_config_${name}`, value])),
    ...rest,
    // A script's `node` is the one that runs this program.
    PATH: [dirname(process.execPath), PATH].join(delimiter),
    // A plugin's husky would look for a git repository where it is installed.
    HUSKY: '0',
  }
}

/**
 * What `npm exec` and `npx` were given for the project that they ran in, which they pass on: npm refuses to install with it
 * in the data folder (npm/cli#9968). What an `.npmrc` says of scripts still holds, because npm reads that itself.
 */
const ofNpmExec = /^npm_config_(workspaces?|allow_scripts)$/i

function isOwn(name: string): boolean {
  return /^(MINER|BT_PW|BT_COLD_PW)_/i.test(name)
}

/** Returns the names in `env:NAME`, wherever a setting may hold it: in the files, in our variables, in borrowed ones. */
function referredTo(env: NodeJS.ProcessEnv, { variables, files }: Secrets): readonly string[] {
  const own = Object.entries(env).filter(([name]) => isOwn(name) || variables.has(name))
  const texts = [...own.map(([, value = '']) => `"${value}"`), ...files]
  return texts.flatMap(text =>
    [...text.matchAll(/["']env:([A-Za-z_][A-Za-z0-9_]*)(?:[\r\n]*["'])/g)].map(([, name]) => name!),
  )
}
