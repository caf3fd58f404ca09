import { commands } from '@oclif/plugin-help'

/** Not in the list of oclif's plugins: each start of any command would look for the package and read it. */
export default class Help extends commands.help {}
