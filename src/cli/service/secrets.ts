import { dirname } from 'node:path'
import { ConfigError } from '../../config/config-error.js'
import { type Configuration, valueAt } from '../../config/configuration.js'
import type { Origin } from '../../config/origin.js'
import type { Problem } from '../../config/problem.js'
import { isReference, passwordsOf, secretsOf } from '../../config/redact.js'
import type { Setting } from '../../config/schema/setting.js'
import { referredFile } from '../../config/values/referred-file.js'
import type { SecretFile, ServiceSecrets } from '../../service/service.js'
import { type Literal, literalPassword, literalSecret } from './literal-secret.js'

/** Where the secrets of a configuration are. @throws {ConfigError} CONFIG_INVALID with each that stands in a layer itself */
export function findSecrets(configuration: Configuration, place: Literal['place']): ServiceSecrets {
  const files: SecretFile[] = []
  const credentials: string[] = []
  const variables: string[] = []
  const problems: Problem[] = []
  for (const setting of configuration.settings) {
    const value = valueAt(configuration, setting)
    const origin: Origin = configuration.origins.get(setting.path) ?? { from: 'default' }
    const folder = origin.from === 'file' ? dirname(origin.file) : '.'
    for (const [path, text] of secretsOf(setting, value)) {
      if (!isReference(text)) problems.push(literalSecret({ setting, path, origin, place }))
      else if (text.startsWith('env:')) variables.push(text.slice('env:'.length))
      else {
        const referred = referredFile(text, folder)
        if ('credential' in referred) credentials.push(referred.credential)
        else files.push({ path, file: referred.file, ...wholeValue(setting, path) })
      }
    }
    if (isTyped(origin))
      for (const path of passwordsOf(setting, value)) problems.push(literalPassword({ setting, path, origin, place }))
  }
  if (problems.length > 0) throw new ConfigError('CONFIG_INVALID', problems)
  return { files, credentials, variables: [...new Set(variables)] }
}

/** Whether the value stands in no file, so that what is written would have to hold it. */
export function isTyped({ from }: Origin): boolean {
  return from === 'flag' || from === 'environment'
}

/** A secret that is all of its setting's value can be given by the setting's variable. */
function wholeValue({ path: own, variables }: Setting, path: string): Pick<SecretFile, 'variable'> {
  return own === path ? { variable: variables[0]! } : {}
}
