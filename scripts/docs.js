// Writes the pages that are generated from the code; a test checks that they are current. `--print` prints them as JSON.
import { writeFileSync } from 'node:fs'
import { openScope } from '../dist/app/container.js'
import { hostSections, minerSection } from '../dist/app/settings.js'
import { MINERS } from '../dist/app/tokens.js'
import { reservedFlags } from '../dist/cli/flags/setting-flags.js'
import { configurationSchema } from '../dist/config/describe/json-schema.js'
import { configurationDoc } from '../dist/config/describe/markdown.js'
import { refusals } from '../dist/wires/refusal.js'
import { auditAttacks, auditBounds } from './audit-page.js'
import { doctorPage } from './doctor-page.js'
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
file, and the file overrides the default. A file that \`--env-file\` names stands between the file and the environment. \`miner config show --origin\` prints the result, and the source of each value. The
file is \`config.toml\` in the configuration folder (\`~/.config/bittensor-miner\`, or \`MINER_CONFIG_DIR\`), or the one that
\`--config\` names.

    #:schema ./config.schema.json
    use = "openai"

    [openai]
    model = "gpt-4o-mini"
    apiKey = "env:MY_KEY"        # a secret may also be file:PATH, relative to this file

    [policy]
    allow = ["5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"]

\`miner init\` asks for what a first start needs, and writes the file; flags and variables are answers, and it can be run again to
change them. \`miner config init\` writes a file with every setting as a comment, and \`config set KEY VALUE\`, \`get\`, \`unset\`, \`path\` and
\`edit\` change it without losing a comment. Editors that support JSON Schema validate and complete the file with
[config.schema.json](config.schema.json); \`miner config schema\` prints the same with the settings of installed miners.

A file whose name ends in \`.yaml\` or \`.yml\` is read as the Python SDK read it (YAML 1.1, where \`yes\` and \`on\` are true):

    axon.port: "9000"            # a name with dots, and text for any setting
    openai:                      # or groups, merged with the names
      max_tokens: 200

\`miner config init --from old.yaml\` writes the same as TOML, and warns of names in it that have no effect.

- A secret is the text itself, \`env:NAME\`, or \`file:PATH\` with a path relative to this file. The miner warns of the text
  itself on the command line, and in a file that others than its owner can read: \`chmod 600 config.toml\`.
- \`file:$CREDENTIALS_DIRECTORY/NAME\` is a credential of systemd: the unit has \`LoadCredential=NAME:/path/of/the/secret\`, which
  systemd reads as root. No other variable counts in a path, and no other \`file:PATH\` is looked for there.
- \`--env-file FILE\`, on every command that reads settings, reads variables (\`NAME=value\`) for them and for \`env:NAME\`. No
  other name in it counts, and none gets into the environment of the miner. It is read once, at the start. A file that others
  may write is refused, and one that they may read brings a warning. A \`.env\` that \`--env-file\` does not name is not read: a
  stranger's could send your key to another host. Node itself looks at this flag first: when
  the file is missing, it ends with its own message and exit code 9; it waits at a pipe; and it runs what \`NODE_OPTIONS\` of
  the file names, before the miner can refuse the file. \`node -- bin/run.js …\` keeps Node from it. Pipes, devices and files
  with that name are refused in any case.
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

  'docs/audit.md': `# Audit your miner

Made by \`npm run docs\` from the attacks in \`src/audit/attacks\` and the text in \`scripts/docs.js\`.

\`miner audit\` attacks your own running miner with every hole of axons that we know, and tells which attacks it withstands. All
that it sends is bounded, and a miner that withstands it answers about ten questions for it. A miner that does not may suffer:
while the audit runs, ${auditBounds.connections} connections can shut validators out, and a large or nested body can end the process. So audit a
miner before it serves validators, or when they may miss it. An audit takes about half a minute, and mostly waits.

    npx miner serve --dev --use echo       # in one terminal
    npx miner audit --dev                  # in another

prints a row for each attack, and for each that succeeded what that means and what would mend it:

    ATTACK                       VERDICT      FOUND
    no signature                 held         401 Not Verified with error: Missing Signature
    replay                       held         401 Not Verified with error: Nonce is too old, a newer one was last processed
    unhashed field swapped       unprotected  answered although \`roles\` was changed

First it prints on standard error which axon it attacks, and as which caller, and at the end how many attacks were not tried,
and what to do.

The exit code is

- 0 if the axon fell to no attack, even if some were not tried: a build that relies on the audit has to look for
  \`"not tried"\` in \`--json\`, too;
- 1 if it fell to one, or if the audit could not begin: no axon answers, or it does not answer a good request. \`--json\` then
  has \`error\` in place of \`attacks\`;
- 2 for a mistake in the command line, and for an axon of another machine that is not shown to be yours;
- 130 after Ctrl-C.

\`--json\` prints the same as
\`{ url, receiver, synapse, caller, isLetIn, attacks: [{ id, title, verdict, found, meaning, mend, stoppedBy }] }\`, where
\`stoppedBy\` is \`rate\` for an attack that a rate stopped, and else absent.

## The verdicts

| verdict | what it says |
| --- | --- |
| held | the axon refused the attack as the check does that it is meant for, and answered the caller right afterwards; it ended what was slow or large; or it answered a good caller all the same. \`found\` is what came |
| fell | the axon did what it should not: it answered, waited, or failed a good caller |
| unprotected | the axon took what was changed, as every axon of this wire does: no signature covers it. It does not count as a fall |
| not tried | the attack did not reach what it is meant for, or nothing is known: the caller is not let in, a rate, a full queue or a failure came first, there was no reply, or the axon is on another machine |

## Who asks

First comes a good request, the example of a synapse (the first of the dialect that is signed, or \`--synapse\`, with the fields
of \`--body\`). Most attacks lie behind the rules on who may ask, so they need a caller that is let in:

- \`--dev\`: //Alice, whom \`miner serve --dev\` lets in;
- \`--as WALLET/HOTKEY\`: a hotkey of this machine, such as that of a validator of yours;
- neither: a key that the audit makes once and keeps in its data folder. The audit prints its address; serve with
  \`--allow ADDRESS\`, and audit again. Until then, what lies behind the rules is not tried.

A hotkey that \`--allow\` names has no rate in this miner, unless \`[policy.rates]\` gives it one. With another miner, a rate of
few requests a minute stops the audit, too, and its rows then say 429 and \`not tried\`.

The receiver is the hotkey of the wallet, as \`miner serve\` uses it (\`--wallet-name\`, \`--wallet-hotkey\`), or \`--receiver\`. The
address is 127.0.0.1 and the port of the miner, or \`--url\`. So \`npx miner audit\` alone attacks the miner of this machine. It
works against axons of the Python SDK, too. It sends no nonces of SDK 6.0 to 7.1, so \`--legacy-nonces\` changes none of its
verdicts.

## An axon on another machine

Only your own, and only a little. Without \`--remote\` the audit attacks loopback addresses only, and with it any other: an
address of an interface of this machine counts as one of another machine, and \`--remote\` with a loopback address is a
mistake. An address of loopback may still be a tunnel to another machine (\`ssh -L\`), which the audit cannot see: do not
attack another operator's axon through a tunnel. \`--remote --url http://ADDRESS:PORT\` attacks the axon if

1. the chain announces just this address and port for the hotkey of the wallet;
2. you type the address when you are asked, or give \`--yes\`;
3. the axon answers 200 to a ping (\`/Synapse\`) for this hotkey, and 401 to one for another hotkey. After a reply that tells
   nothing, such as 503, the ping is sent once more. A caller that the axon's rules refuse gets 403 for both, so let it in
   first.

A name in \`--url\` is resolved once; everything goes to that address. The audit then sends at most 50 small requests, one
after the other and on one connection at a time, and leaves out every attack that is large, slow or takes more connections. A
question of more than 64 KiB is a mistake in the command line.

## What it takes

| attack | at most |
| --- | --- |
| replay after a pause | waits ${auditBounds.pauseS} s |
| slow headers, slow body | one connection each, a byte a second for ${auditBounds.slowS} s |
| oversized body | 80 MiB on each of two connections, which the axon may refuse at once |
| nested body | 200 KB |
| many connections | ${auditBounds.connections} connections, one at a time, closed at the end |
| unsigned flood | ${auditBounds.flood.requests} requests, ${auditBounds.flood.perSecond} a second, on 16 connections, until the good caller has its ${auditBounds.flood.goodRequests} replies |
| all others | about 50 small requests on one connection, half of them pings |

The slow, large and many-connection attacks come from 127.113.0.1 where the system has that address, as Linux does, so that
limits by address tell them from the good caller at 127.0.0.1. Where a ping from there is not answered, they come from the
address of the caller.

## The attacks

${auditAttacks()}
## The axons of the SDK

\`npm run test:interop\` audits them on loopback. Both fall to: hotkey of another prefix, nonce of the future, timeout
stretching, version downgrade, other caller in the body, duplicate headers, signature for a stranger, oversized body, slow
headers, slow body. 10.4.1 falls to no signature and empty signature as well: since 9.3 the signature may be absent. This
miner falls to none of them.
`,

  'docs/doctor.md': doctorPage(),

  'docs/plugin-reference.md': `# Plugin reference

Made by \`npm run docs\` from the types of \`import type { … } from 'bittensor-miner'\`. Begin with [plugins.md](plugins.md).

${pluginReference()}`,
}

if (process.argv[2] === '--print') console.log(JSON.stringify(pages))
else for (const [path, page] of Object.entries(pages)) writeFileSync(path, page)
