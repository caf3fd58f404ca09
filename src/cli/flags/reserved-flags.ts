import type { ZodObject } from 'zod'
import { hostSections } from '../../app/settings.js'
import { namesOf } from '../../config/schema/names.js'

/**
 * Plain flags that belong to the host, on all of its commands, because one of them owns the name: a miner's setting
 * that is called so has its prefixed flag only (`--shout-url`).
 */
export function reservedFlags(): ReadonlySet<string> {
  const sections: readonly { readonly name: string; readonly settings: ZodObject }[] = Object.values(hostSections)
  const ofSettings = sections.flatMap(({ name, settings }) =>
    Object.entries(settings.shape).flatMap(([key, schema]) =>
      [namesOf(name, key).flag, schema.meta()?.flag ?? []].flat(),
    ),
  )
  return new Set([...ofCommands, ...ofSettings])
}

/** Flags that commands have beside those of settings. */
const ofCommands = [
  'body',
  'config',
  'dev',
  'dir',
  'help',
  'json',
  'messages',
  'no-stream',
  'origin',
  'receiver',
  'roles',
  'stream',
  'synapse',
  'timeout',
  'url',
  'verbose',
  'version',
]
