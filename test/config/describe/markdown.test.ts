import assert from 'node:assert/strict'
import { z } from 'zod'
import { configurationDoc } from '#dist/config/describe/markdown.js'
import type { Section } from '#dist/config/schema/section.js'
import { axon, openai, top } from '../example-sections.ts'

describe('configurationDoc', () => {
  it('writes one table per section', () => {
    assert.equal(
      configurationDoc([top, axon], new Set()),
      `## miner

| setting | flags | variables | default | takes | what |
| --- | --- | --- | --- | --- | --- |
| \`use\` | \`--use\` | \`MINER_USE\` | \`openai\` | text | who answers |
| \`netuid\` | \`--netuid\` | \`MINER_NETUID\` | \`1\` | a whole number, between 0 and 65535 | the subnet |

## axon \`[axon]\`

| setting | flags | variables | default | takes | what |
| --- | --- | --- | --- | --- | --- |
| \`axon.port\` | \`--axon-port\` | \`MINER_AXON_PORT\` \`BT_AXON_PORT\` | \`8091\` | a whole number, between 0 and 65535 |  |
| \`axon.maxTimeout\` | \`--max-timeout\` \`--axon-max-timeout\` | \`MINER_AXON_MAX_TIMEOUT\` | \`1m\` | a duration such as 500ms, 12s, 5m or 1h, between 1s and 1h |  |
| \`axon.maxBody\` | \`--max-body\` \`--axon-max-body\` | \`MINER_AXON_MAX_BODY\` | \`1MiB\` | a size such as 64KiB, 1MiB or a number of bytes, at least 1B |  |
| \`axon.legacyNonces\` | \`--legacy-nonces\` \`--axon-legacy-nonces\` | \`MINER_AXON_LEGACY_NONCES\` | \`false\` | true or false |  |
`,
    )
  })

  it('marks required settings and those that take none or have no flag, and keeps the table intact', () => {
    const settings = z.object({ key: z.string().describe('a | b\nc') })
    const other: Section = { name: 'x', title: 'x', of: 'host', settings }
    const doc = configurationDoc([openai, other], new Set(['max-tokens']))
    assert.match(doc, /^\| `openai.maxTokens` \| `--openai-max-tokens` \|.*\| a whole number, above 0, or none \|/m)
    assert.match(doc, /^\| `openai.endpoints` \| {2}\|.*\| – \| a list; each a table \|/m)
    assert.match(doc, /^\| `x.key` \|.*\| required \| text \| a \\\| b c \|$/m)
  })
})
