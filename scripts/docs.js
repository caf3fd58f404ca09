// Writes the pages that follow from the code; a test holds them fresh. With `--print` as JSON on standard output instead.
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

await using scope = openScope()
const miners = await Promise.all(
  [...scope.resolve(MINERS).values()].map(async ({ load }) => minerSection(await load())),
)

const sections = [...Object.values(hostSections), ...miners]
const pages = {
  'docs/configuration.md': `# Configuration

Made by \`npm run docs\` from the settings in the code.

Every setting can be given as a flag, as an environment variable, or in a TOML file; a flag beats a variable, a variable
beats the file, the file beats the default. \`miner config show --origin\` tells what came of it and why. The file is
\`config.toml\` in the configuration folder (\`~/.config/bittensor-miner\`, or \`MINER_CONFIG_DIR\`), or what \`--config\` names.

    #:schema ./config.schema.json
    use = "openai"

    [openai]
    model = "gpt-4o-mini"
    apiKey = "env:MY_KEY"        # a secret may also be file:PATH, relative to this file

    [policy]
    allow = ["5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"]

Editors that know JSON Schema check and complete the file by [config.schema.json](config.schema.json). Durations are \`500ms\`, \`12s\`, \`5m\`, \`1h\` or a number of seconds; sizes \`64KiB\`, \`1MiB\` or bytes. \`none\` for an optional
number means: do not send it. In a variable, the items of a list are separated by commas. A flag whose setting is a list
takes several values, or is repeated. An unknown key, flag or \`MINER_\` variable is an error, and all errors are told at once.

${configurationDoc(sections, reservedFlags())}`,

  'docs/config.schema.json': `${JSON.stringify(configurationSchema(sections, []), null, 2)}\n`,

  'docs/refusals.md': `# Refusals

Made by \`npm run docs\` from the table in \`src/wires/refusal.ts\`.

What an axon answers when it does not answer: the status, and the text on the wire (\`…\` is a detail of the case). The
code stands in the miner's log.

| code | status | text |
| --- | --- | --- |
${Object.entries(refusals)
  .map(([code, { status, text }]) => `| ${code} | ${status} | ${text('…')} |`)
  .join('\n')}
`,

  'docs/errors.md': `# Errors

Made by \`npm run docs\` from the tables of codes in \`src\`.

Every error of a command has a code: under \`--json\` it is \`error.code\`, and the log has it as \`code\`. On a terminal the
message and a line \`try:\` stand in its place. The message says what was found, and its hint often more than this page. Codes
keep their names and their meaning within a major version. What an axon refuses a caller with is in
[refusals.md](refusals.md).

${errorsPage()}`,

  'docs/plugin-reference.md': `# Plugin reference

Made by \`npm run docs\` from the types that \`import type { … } from 'bittensor-miner'\` gives. [plugins.md](plugins.md) is
where to begin.

${pluginReference()}`,
}

if (process.argv[2] === '--print') console.log(JSON.stringify(pages))
else for (const [path, page] of Object.entries(pages)) writeFileSync(path, page)
