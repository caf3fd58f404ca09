import { hash } from 'node:crypto'
import type { ZodType } from 'zod'
import type { Ask, Patch } from '../plugin/dialect.js'
import type { Json } from '../plugin/json.js'
import type { DialectPlugin } from '../plugin/sdk.js'

/** Subnet 33, the conversation genome: takes a task of one of five types, returns tags, or a skill with its tests. */
export const readyai: DialectPlugin = ({ defineDialect, defineRoute, objectIn, z, NoAnswer }) => {
  const transcript = z.object({ window: z.array(z.tuple([z.int(), z.string()], z.unknown())).min(1) })
  const survey = z.object({ survey_question: z.string(), comment: z.string() })
  const id = z
    .string()
    .max(256)
    .refine(id => id !== '__proto__') // becomes a key of the answer, and zod drops a key of this name
  const section = z.object({ section_id: id, title: z.string(), description: z.string() })

  const task = <Type extends string, Data extends ZodType>(type: Type, data: Data) =>
    z.object({
      type: z.literal(type),
      input: z.object({ data }),
      prompt_chain: z.array(z.object({ prompt_template: z.string() })).nullish(),
    })
  const tasks = [
    task(
      'conversation_tagging',
      transcript.transform(({ window }) =>
        tagging('Name the topics that these people talk about.', conversationOf(window)),
      ),
    ),
    task(
      'webpage_metadata_generation',
      transcript.transform(({ window }) => tagging('Name the topics of this web page.', sourcesOf('webpage', window))),
    ),
    task(
      'named_entities_extraction',
      transcript.transform(({ window }) =>
        tagging('Name the people, places, organisations and things in this document.', sourcesOf('document', window)),
      ),
    ),
    task(
      'survey_tagging',
      survey.transform(({ survey_question: question, comment }) =>
        tagging('Name the topics of this answer to a survey.', xml({ question, comment }), 1),
      ),
    ),
    task('skill_coverage_evaluation', z.object({ seed: z.string(), section_map: z.array(section).min(1) })),
  ] as const
  const types: ReadonlySet<string> = new Set(tasks.map(({ shape }) => shape.type.value))
  // The subnet adds task types over time, so an unknown type is not refused as malformed.
  const other = z
    .object({
      type: z
        .string()
        .max(256)
        .refine(type => !types.has(type)),
    })
    .transform(({ type: name }) => ({ type: 'other' as const, name }))

  const tagsOf = async (ask: Ask, { purpose, text: material, atLeast }: Tagging) => {
    const { text } = await ask({
      messages: [
        { role: 'system', content: `${purpose}\n${TAGS_FORM}` },
        { role: 'user', content: material },
      ],
    })
    const tags = text.split(/[,\n]/).map(tag => tag.replaceAll('"', '').trim().toLowerCase())
    const unique = [...new Set(tags)].filter(tag => tag.length >= MIN_LENGTH).slice(0, MAX_TAGS)
    if (unique.length >= atLeast) return { tags: unique, vectors: null } // validators compute the vectors themselves
    throw new NoAnswer('upstream', `the model returned ${unique.length} tags, fewer than ${atLeast}`, {
      code: 'TOO_FEW_TAGS',
    })
  }

  const skillOf = async (ask: Ask, { seed, section_map: sections }: Skill) => {
    const test = z.object({ name: z.string(), description: z.string(), assertion: z.string() })
    const tests = z.object(Object.fromEntries(sections.map(({ section_id: id }) => [id, z.array(test)])))
    const skill = z.object({ skill: z.string(), tdd_plan: z.string(), section_tests: tests })
    const { text } = await ask({
      messages: [
        { role: 'system', content: SKILL_FORM },
        { role: 'user', content: JSON.stringify({ request: seed, sections }) },
      ],
      responseFormat: { name: 'skill', schema: z.toJSONSchema(skill) as { readonly [key: string]: Json } },
    })
    const { data } = skill.safeParse(await objectIn(text))
    if (data && Object.values(data.section_tests).flat().length >= MIN_TESTS) return data
    throw new NoAnswer('upstream', 'the model did not return a skill with tests for its sections', { code: 'NO_SKILL' })
  }

  return defineDialect({
    name: 'readyai',
    summary: 'ReadyAI (subnet 33): tags of conversations, web pages, documents and surveys; skills with tests',
    follows: 'afterpartyai/bittensor-conversation-genome-project@12981da',
    synapses: {
      CgSynapse: defineRoute({
        body: z.object({
          cgp_input: z.tuple([z.object({ task: z.union([z.discriminatedUnion('type', tasks), other]) })]),
        }),
        hashed: [],
        timeout: 24_000,
        example,
        async answer({ body, ask, state }) {
          const [{ task }] = body.cgp_input
          if (task.type === 'other') throw new NoAnswer('unsupported', `the task type ${task.name} is not supported`)
          // After a failed call, a validator retries within seconds with the same body and a new nonce.
          const key = hash('sha256', JSON.stringify(task))
          const kept = state.get(key)
          if (kept) return kept as Patch
          const result =
            task.type === 'skill_coverage_evaluation'
              ? await skillOf(ask, task.input.data)
              : await tagsOf(ask, {
                  ...task.input.data,
                  purpose: task.prompt_chain?.[0]?.prompt_template ?? task.input.data.purpose,
                })
          const patch: Patch = { cgp_output: [result] }
          state.set(key, patch, KEEP_MS)
          return patch
        },
      }),
    },
  })
}

type Window = readonly (readonly [speaker: number, text: string, ...rest: unknown[]])[]
type Tagging = { readonly purpose: string; readonly text: string; readonly atLeast: number }
type Skill = {
  readonly seed: string
  readonly section_map: readonly { readonly section_id: string; readonly title: string; readonly description: string }[]
}

const KEEP_MS = 60_000
/** minimum characters of a tag */
const MIN_LENGTH = 3
/** validators ignore further tags */
const MAX_TAGS = 20
/** minimum number of tests in all sections */
const MIN_TESTS = 5

const TAGS_FORM = `Answer with one line: at most ${MAX_TAGS} tags of one to four words, in lower case, separated by commas, the most telling ones first. Write nothing else.`

const SKILL_FORM = `Write a skill, which is a document that teaches an agent to do what the request says, and its tests.
Answer with a JSON object:
"skill": Markdown, with each of the sections under its title;
"tdd_plan": how the tests cover the skill, as text;
"section_tests": for the id of each section 2 to 6 tests, each with a "name", a "description" and an "assertion".
A test may only speak of names that the skill itself defines.`

/** Describes a tagging task. Validators do not score fewer tags than `atLeast`. */
function tagging(purpose: string, text: string, atLeast = 3): Tagging {
  return { purpose, text, atLeast }
}

function conversationOf(window: Window): string {
  return `<conversation>${window.map(([speaker, text]) => `<p${speaker}>${text}</p${speaker}>`).join('')}</conversation>`
}

/** Formats the sources: the first text is the subject, the others are enrichments. */
function sourcesOf(name: string, [first, ...others]: Window): string {
  return [xml({ [name]: first![1] }), ...others.map(([, text]) => xml({ enrichment: text }))].join('\n')
}

function xml(texts: Readonly<Record<string, string>>): string {
  return Object.entries(texts)
    .map(([name, text]) => `<${name}>${text}</${name}>`)
    .join('\n')
}

const example = {
  time_elapsed: 0,
  cgp_input: [
    {
      task: {
        mode: 'validator',
        api_version: 1.4,
        guid: 'HIDDEN',
        bundle_guid: 'HIDDEN',
        type: 'conversation_tagging',
        scoring_mechanism: 'ground_truth_tag_similarity_scoring',
        input: {
          guid: 'HIDDEN',
          input_type: 'conversation',
          data: {
            window_idx: -1,
            window: [
              [0, 'Do you still ski?'],
              [1, 'Every winter, mostly in the Alps.'],
            ],
            participants: [],
          },
          input_categories: null,
        },
        prompt_chain: [
          {
            step: 0,
            id: '1',
            crc: 1,
            title: 't',
            name: 'n',
            description: 'd',
            type: 'inference',
            input_path: 'conversation',
            prompt_template: 'Analyze conversation in terms of topic interests of the participants.',
            output_variable: 'tags',
            output_type: 'List[str]',
          },
        ],
        example_output: { tags: ['guitar', 'barn'], type: 'List[str]' },
      },
    },
  ],
  cgp_output: null,
} as const
