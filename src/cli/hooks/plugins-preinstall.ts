import type { Hook } from '@oclif/core'
import { escapeControls } from '../../text/escape.js'

/** Before a plugin is installed: warns whose code will run, and when. */
const hook: Hook<'plugins:preinstall'> = async ({ plugin }) => {
  const what = plugin.type === 'npm' ? `${plugin.name}@${plugin.tag}` : plugin.url
  process.stderr.write(`npm installs ${escapeControls(what)} and what it depends on. Unless npm_config_ignore_scripts=true is set, it runs
their install scripts (preinstall, install, postinstall; of git, prepare) as this user.
The plugin's own code runs when its miner or dialect is used, listed or completed.\n`)
}

export default hook
