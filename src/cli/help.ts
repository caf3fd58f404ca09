import { Help as OclifHelp } from '@oclif/core'

/** Help with flags in the order of their groups, and without a line that names all of them. */
export default class Help extends OclifHelp {
  constructor(...[config, options]: ConstructorParameters<typeof OclifHelp>) {
    super(config, { ...options, docopts: false, flagSortOrder: 'none' })
  }
}
