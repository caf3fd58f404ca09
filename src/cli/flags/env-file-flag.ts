import { Flags } from '@oclif/core'

/** The flag of every command that reads settings. `readLayers` reads the file. */
export const envFileFlag = Flags.string({
  description: 'file of variables, which those of the environment override',
  helpValue: 'FILE',
  helpGroup: 'GLOBAL',
})
