import assert from 'node:assert/strict'
import { openScope } from '#dist/app/container.js'
import { hostSections, minerSection } from '#dist/app/settings.js'
import { MINERS } from '#dist/app/tokens.js'
import { factsOf } from '#dist/config/schema/facts.js'
import type { Section } from '#dist/config/schema/section.js'
import { settingsOf } from '#dist/config/schema/setting.js'

describe('the facts of a section', () => {
  it('say all that zod does of built-in settings, when they are read from JSON', async () => {
    await using scope = openScope()
    const miners = await Promise.all([...scope.resolve(MINERS).values()].map(({ load }) => load()))
    const sections: Section[] = [...Object.values(hostSections), ...miners.map(minerSection)]
    for (const section of sections) {
      assert.equal(section.facts, undefined) // these modules derive them
      const facts = JSON.parse(JSON.stringify(factsOf(section)))
      assert.deepEqual(settingsOf({ ...section, facts }), settingsOf(section))
    }
    assert.ok(sections.flatMap(settingsOf).length > 80)
  })
})
