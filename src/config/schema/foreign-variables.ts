import { namesOf } from './names.js'

// What @oclif/core 5 and the plugins of this program read by config.scopedEnvVar() (`config/config.js`, `command.js`,
// plugin-plugins `log-level.js`).
const oclif = new Set([
  'MINER_BINPATH',
  'MINER_CACHE_DIR',
  'MINER_CONFIG_DIR',
  'MINER_CONTENT_TYPE',
  'MINER_DATA_DIR',
  'MINER_DEBUG',
  'MINER_DISABLE_THEME',
  'MINER_NPM_LOG_LEVEL',
  'MINER_NPM_REGISTRY',
  'MINER_S3_BUCKET',
])

// MINER_AC_…: the shell set-up that plugin-autocomplete writes (`base.js`, `create.js`).
// MINER_SERVICE_…, MINER_PORT, MINER_PORT_…: Kubernetes sets them in every pod beside a service called "miner".
const patterns = /^MINER_(AC_|SERVICE_|PORT$|PORT_)/

/** Would variables of a section with this name be another program's? */
export function isForeignSection(name: string): boolean {
  const prefix = namesOf(name, '').variable
  return [...oclif].some(variable => `${variable}_`.startsWith(prefix)) || isForeignVariable(`${prefix}X`)
}

/** Is this `MINER_` variable another program's? Then it is no mistake, and no setting may have its name. */
export function isForeignVariable(name: string): boolean {
  return oclif.has(name) || patterns.test(name)
}
