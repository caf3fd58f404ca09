import { dirname } from 'node:path'
import { secretName } from '../config/secret-name.js'
import { filledFile } from './deploy-file.js'
import type { Service } from './service.js'

/** What a container of the miner gets from its host: each file at the path that it has there, so that no path changes. */
export type Mounts = {
  /** those of the configuration */
  readonly files: readonly string[]
  /** by a name for each: files of keys, and the hotkey */
  readonly secrets: ReadonlyMap<string, string>
  /** folders that it writes to */
  readonly writable: readonly string[]
}

/** The name by which a container reaches its host, which Docker knows by itself on a desktop only. */
export const HOST_GATEWAY = 'host.docker.internal:host-gateway'

/** The program in the image. */
export const PROGRAM = '/opt/miner/node_modules/bittensor-miner/bin/run.js'

/** The name of the image that the `Dockerfile` makes. */
export function imageOf({ version }: Service): string {
  return `bittensor-miner:${version}`
}

export function mountsOf({ files, secrets, hotkeyFile, logFile }: Service): Mounts {
  const named = secrets.files.map(({ path, file }) => [secretName(path), file] as const)
  return {
    files: [...new Set(files)],
    secrets: new Map([['hotkey', hotkeyFile], ...named]),
    writable: logFile === undefined ? [] : [dirname(logFile.path)],
  }
}

/** Returns the variables of the container; null: its value is that of the shell that starts it. */
export function containerVariables({ variables, secrets, home, host }: Service): ReadonlyMap<string, string | null> {
  const passed = secrets.variables.map((name): [string, null] => [name, null])
  const everywhere: readonly [string, string][] = host !== undefined ? [['MINER_AXON_HOST', '0.0.0.0']] : []
  return new Map<string, string | null>([['HOME', home], ...variables, ...everywhere, ...passed])
}

/** The image may be made on another machine, so the file has the version and the port, and nothing of this one. */
export function dockerfile({ version, port, nodeVersion }: Service): Promise<string> {
  return filledFile('Dockerfile', { version, node: nodeVersion, port: String(port) })
}

/** Of the folder of the `Dockerfile`, the image needs a packed copy of the program, and no data or secret. */
export const dockerignore = { path: '.dockerignore', text: '*\n!*.tgz\n' }
