/** All names of a setting. */
export type Names = {
  /** `shout.maxTokens` */
  readonly path: string
  /** `shout-max-tokens`, which every command takes */
  readonly flag: string
  /** `shout.max_tokens` and `shout.maxTokens` */
  readonly dottedFlags: readonly string[]
  /** `MINER_SHOUT_MAX_TOKENS` */
  readonly variable: string
  /** `shout.maxTokens` and `shout.max_tokens` */
  readonly fileKeys: readonly string[]
}

/** Derives every name of a setting from its section (empty at the top) and its key, which is in camelCase. */
export function namesOf(section: string, key: string): Names {
  const inSection = (name: string, joint: string) => (section === '' ? name : `${section}${joint}${name}`)
  const path = inSection(key, '.')
  const flag = inSection(snakeCase(key), '-').replaceAll('_', '-')
  const fileKeys = keyVariants(key).map(spelling => inSection(spelling, '.'))
  return {
    path,
    flag,
    dottedFlags: fileKeys.filter(name => name !== flag),
    variable: `MINER_${flag.replaceAll('-', '_').toUpperCase()}`,
    fileKeys,
  }
}

/** Returns the spellings of a key in a file: as it is, and in snake_case where that differs. */
export function keyVariants(key: string): readonly string[] {
  return [...new Set([key, snakeCase(key)])]
}

function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, capital => `_${capital.toLowerCase()}`)
}

/**
 * Writes the path of an item: `shout.endpoints` and `1` make `shout.endpoints[1]`. A key follows a dot; a key with other
 * characters than letters, digits, `_` and `-` is quoted in brackets, so that every item has its own path.
 */
export function itemPath(path: string, key: PropertyKey): string {
  if (typeof key === 'number') return `${path}[${key}]`
  const name = String(key)
  return /^[\w-]+$/.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`
}

// The variables that @oclif/core 5 and the plugins of this program read by config.scopedEnvVar() (`config/config.js`,
// `command.js`), and MINER_NPM_LOG_LEVEL, which sets how much of npm's output is printed.
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

// MINER_SERVICE_…, MINER_PORT, MINER_PORT_…: Kubernetes sets these in every pod next to a service named "miner".
const patterns = /^MINER_(SERVICE_|PORT$|PORT_)/

/** Returns whether variables of a section with this name would be another program's. */
export function isForeignSection(name: string): boolean {
  const prefix = namesOf(name, '').variable
  return [...oclif].some(variable => `${variable}_`.startsWith(prefix)) || isForeignVariable(`${prefix}X`)
}

/** Returns whether another program reads this `MINER_` variable: it is then not an error, and not a setting's name. */
export function isForeignVariable(name: string): boolean {
  return oclif.has(name) || patterns.test(name)
}
