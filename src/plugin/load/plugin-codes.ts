import type { ErrorCodes } from '../../text/error-codes.js'

/** The one table of `PluginError` codes. */
export const pluginCodes = {
  MINER_LACKS: {
    meaning: 'the chosen miner cannot do what the chosen dialect needs',
    remedy: 'choose another miner with `--use`, or another `--dialect`',
  },
  PLUGIN_UNUSABLE: {
    meaning: "a plugin's package.json names a contract, a miner or a dialect that this program cannot use",
    remedy: 'update the plugin or this program, or uninstall one of two plugins with the same name',
  },
  PLUGIN_NOT_ALLOWED: {
    meaning: '`plugins.allow` does not name the plugin',
    remedy: 'add it to `plugins.allow`',
  },
  PLUGIN_BROKEN: {
    meaning: "a plugin's code threw, or does not follow the contract",
    remedy: 'update the plugin, or report it to its author',
  },
} satisfies ErrorCodes
