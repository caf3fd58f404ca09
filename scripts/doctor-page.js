import { doctorTable } from '../dist/doctor/doctor-table.js'

/** Returns `docs/doctor.md`: its text, and the table of checks. */
export function doctorPage() {
  const rows = Object.entries(doctorTable).map(
    ([name, { part, what, codes }]) => `| ${name} | ${part} | ${what} | ${codes.join(', ')} |`,
  )
  return `# Find what keeps a miner from earning

Made by \`npm run docs\` from the table in \`src/doctor/doctor-table.ts\` and the text in \`scripts/doctor-page.js\`.

\`miner doctor\` checks what commonly keeps a miner from earning: the settings, the plugins, the machine, the wallet, the chain, the
way from a validator to the axon, the model, and the budget. It changes nothing, and asks for no password; where it opens the
request log, SQLite keeps two files beside it, as for \`miner logs\`. Run it before the first start, beside a miner that serves,
and when the rank falls.

    npx miner doctor                       # as for miner serve: the same file, variables and flags
    npx miner doctor --dev --use echo      # what miner serve --dev needs: no wallet, no chain

prints a line for each finding, and below each that is not \`ok\` what mends it, and how it was found:

    machine
      ok       node           Node 24.21.0
      fault    clock          the clock of this machine is 7.1 s slow, or more: the axon takes what validators sign for a request of the future, and refuses it
                              try: sudo timedatectl set-ntp true; in a container or a virtual machine, on its host
                              found: header Date of 3 servers

    2 faults, 1 warning, 0 unknown, 16 ok

Each check has a time-out, and all run at once. One that fails or takes too long is \`unknown\`, with the reason, and the others
are told all the same: without a wallet, with the chain out of reach, and with problems in the configuration, of which each is
listed, and the settings concerned have their defaults.

## The verdicts

| verdict | what it says |
| --- | --- |
| ok | nothing to mend |
| warning | it costs answers, callers or safety, or soon will |
| fault | the miner does not earn, or cannot start, until it is mended |
| unknown | it cannot be told from here, and why |

The exit code is 1 if there is a fault, 0 otherwise, also with warnings, and 2 for a mistake in the command line.

## The checks

\`--only clock,port\` runs these checks alone. A check that does not apply prints nothing, such as \`registration\` with \`--network
none\`.

| check | part | finds out | codes of warnings and faults |
| --- | --- | --- | --- |
${rows.join('\n')}

[errors.md](errors.md#what-miner-doctor-finds) says what the codes mean, which \`--json\` prints. A check passes on those of other
parts as well: of each problem of a configuration, of wallets, of the chain, and of models.

## What costs money

\`endpoints\`, \`slots\` and \`speed\` go by the check of \`miner check\`, which asks each endpoint and key one question of two words for at
most 16 tokens. A whole answer is asked for with \`--ask\` only: one question, with the configured parameters. Without it, \`speed\`
goes by the answers that came too late in the last hour of a miner that runs, and is otherwise \`unknown\`.
\`--only\` without these three checks asks no model.

## What cannot be known from here

- **Whether validators reach the axon.** Many routers keep a machine from calling its own public address (hairpin NAT), and a
  firewall may let this machine through and no other. If the announced address does not answer, \`address\` is therefore
  \`unknown\`; ask from another machine: \`curl http://ADDRESS:PORT/healthz\`.
- **Whether a proxy strips headers** that is at another address than the announced one: name it with \`--url\`.
- **Who holds the port**, if that is a program of another user: \`sudo ss -ltnp\` tells it.
- **Whether the hotkey is registered on another subnet**, and whether a second machine uses it, as long as it announces nothing.

A miner that runs on this machine tells of itself in two ways: with a chain by its state file, and with \`--admin-port\` by that
port, also with \`--dev\` and \`--network none\`, as long as the same user asks with the same data folder. From these \`serving\`
knows what was answered and refused in the last hour, whether the miner is stopping, and which endpoints it does not ask at
present; \`budget\` prefers what the port says to the file of the day, which is up to a hundredth ahead. The limits of open files
and of memory are those of its process, else those of the command itself, which it has from the shell. Times are compared by the header \`Date\` of the endpoints in the settings, of the chain's endpoints, and of the
services that tell this machine its address; no other server is asked.

## JSON

\`--json\` prints \`{ at, version, counts: { fault, warning, unknown, ok }, checks: [{ name, part, ms, findings: [{ verdict, code?,
message, how, hint? }] }] }\`, with \`report\` if one was written. \`code\` stands at warnings and faults.

## A report for an issue

\`miner doctor --report doctor.md\` also writes the page as Markdown, with the settings that are not the default, into a file that
only you may read. It never replaces a file without \`--force\`. Read it before you paste it:

- no secret is in it: keys and passwords are \`***\`, or the \`env:NAME\` or \`file:PATH\` that the configuration has, and URLs have
  neither user, password nor query;
- your home folder is \`~\`, and the names of users and of the machine are \`<user>\` and \`<host>\`;
- the URLs of endpoints are kept, without user, password and query, and so are paths outside of home folders; of the URLs of
  nodes of the chain, only scheme and host are kept, because their paths may be keys;
- hotkeys, and the addresses of axons, are kept, too: the chain shows them to everybody, and no fault of an announcement can be found
  without them.

## Checks of plugins

A miner may bring checks of its own with the method \`diagnose\`, which the check \`miner\` runs: a driver, a file, an index. See
[plugins.md](plugins.md#optional-methods).
`
}
