// Writes the pages that are generated from the code; a test checks that they are current. `--print` prints them as JSON.
import { writeFileSync } from 'node:fs'
import { openScope } from '../dist/app/container.js'
import { hostSections, minerSection } from '../dist/app/settings.js'
import { MINERS } from '../dist/app/tokens.js'
import { reservedFlags } from '../dist/cli/flags/setting-flags.js'
import { configurationSchema } from '../dist/config/describe/json-schema.js'
import { configurationDoc } from '../dist/config/describe/markdown.js'
import { refusals } from '../dist/wires/refusal.js'
import { errorsPage } from './errors-page.js'
import { pluginReference } from './plugin-reference.js'
import { refusalMeanings } from './refusal-meanings.js'

await using scope = openScope()
const miners = await Promise.all(
  [...scope.resolve(MINERS).values()].map(async ({ load }) => minerSection(await load())),
)

const sections = [...Object.values(hostSections), ...miners]
const pages = {
  'docs/configuration.md': `# Configuration

Made by \`npm run docs\` from the settings in the code.

Set each setting with a flag, an environment variable, or a TOML file. A flag overrides a variable, a variable overrides the
file, and the file overrides the default. \`miner config show --origin\` prints the result, and the source of each value. The
file is \`config.toml\` in the configuration folder (\`~/.config/bittensor-miner\`, or \`MINER_CONFIG_DIR\`), or the one that
\`--config\` names.

    #:schema ./config.schema.json
    use = "openai"

    [openai]
    model = "gpt-4o-mini"
    apiKey = "env:MY_KEY"        # a secret may also be file:PATH, relative to this file

    [policy]
    allow = ["5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"]

Editors that support JSON Schema validate and complete the file with [config.schema.json](config.schema.json).

- A secret is the text itself, \`env:NAME\`, or \`file:PATH\` with a path relative to this file. The miner warns of the text
  itself on the command line, and in a file that others than its owner can read: \`chmod 600 config.toml\`.
- A duration is \`500ms\`, \`12s\`, \`5m\`, \`1h\` or a number of seconds; a size is \`64KiB\`, \`1MiB\` or a number of bytes.
- \`none\` omits an optional number from the request, or turns an optional time limit off.
- Line ends at the end of a variable are dropped, as a file with Windows line ends leaves them.
- In a variable, commas separate the items of a list. A flag for a list takes several values, or is repeated.
- A miner that serves reads the file again on SIGHUP, and with \`--watch-config\` when it changes: \`[policy]\` and \`log.level\`
  are in force at once, all other settings at the next start. Flags and variables win as at the start.
- An unknown key, flag or \`MINER_\` variable is an error. All errors in the settings are reported at once, over all
  layers. What has to be tried comes after them, one by one: \`--allow\` of \`serve\` without a chain, then the key of the model,
  then the hotkey, then the chain.

${configurationDoc(sections, reservedFlags())}`,

  'docs/config.schema.json': `${JSON.stringify(configurationSchema(sections, []), null, 2)}\n`,

  'docs/refusals.md': `# Refusals

Made by \`npm run docs\` from the tables in \`src/wires/refusal.ts\` and \`scripts/refusal-meanings.js\`.

The refusals of an axon: the code that the miner logs, the HTTP status, the text on the wire (\`…\` is a detail of the
case), what it means, and what the caller or the operator can do. [lifecycle.md](lifecycle.md) shows which stage refuses with
which status.

| code | status | text | meaning | how to fix it |
| --- | --- | --- | --- | --- |
${Object.entries(refusals)
  .map(([code, { status, text }]) => {
    const { meaning, remedy } = refusalMeanings[code]
    return `| ${code} | ${status} | ${text('…')} | ${meaning} | ${remedy} |`
  })
  .join('\n')}
`,

  'docs/errors.md': `# Errors

Made by \`npm run docs\` from the tables of codes in \`src\`.

Every error of a command has a code: under \`--json\` it is \`error.code\`, and the log has it as \`code\`. On a terminal
you see the message and a \`try:\` line instead of the code. They are often more specific than this page. Codes keep their
names and their meaning within a major version. For the refusals that an axon sends to callers, see
[refusals.md](refusals.md).

${errorsPage()}`,

  'docs/plugin-reference.md': `# Plugin reference

Made by \`npm run docs\` from the types of \`import type { … } from 'bittensor-miner'\`. Begin with [plugins.md](plugins.md).

${pluginReference()}`,
}

if (process.argv[2] === '--print') console.log(JSON.stringify(pages))
else for (const [path, page] of Object.entries(pages)) writeFileSync(path, page)
