/**
 * npm asks a dead registry three times, a minute and more apart, and waits five minutes for one that is silent; and
 * `plugins:install` says nothing meanwhile.
 */
const bounds = { fetch_retries: '1', fetch_retry_mintimeout: '1000', fetch_timeout: '60000' }

/** Lets npm give up on a registry soon, unless the environment says how long it may take. */
export function boundNpm(env: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(bounds)) env[`npm_config_${name}`] ??= value
}
