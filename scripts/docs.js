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

- A duration is \`500ms\`, \`12s\`, \`5m\`, \`1h\` or a number of seconds; a size is \`64KiB\`, \`1MiB\` or a number of bytes.
- \`none\` omits an optional number from the request, or turns an optional time limit off.
- In a variable, commas separate the items of a list. A flag for a list takes several values, or is repeated.
- An unknown key, flag or \`MINER_\` variable is an error. All errors are reported at once.

${configurationDoc(sections, reservedFlags())}`,

  'docs/config.schema.json': `${JSON.stringify(configurationSchema(sections, []), null, 2)}\n`,

  'docs/refusals.md': `# Refusals

Made by \`npm run docs\` from the table in \`src/wires/refusal.ts\`.

The refusals of an axon: the code that the miner logs, the HTTP status, and the text on the wire (\`…\` is a detail of the
case). [lifecycle.md](lifecycle.md) shows which stage refuses with which status.

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

Made by \`npm run docs\` from the types of \`import type { … } from 'bittensor-miner'\`. Begin with [plugins.md](plugins.md).

${pluginReference()}`,
}

if (process.argv[2] === '--print') console.log(JSON.stringify(pages))
else for (const [path, page] of Object.entries(pages)) writeFileSync(path, page)
