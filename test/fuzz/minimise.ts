import { type Finding, Lab } from './lab.ts'
import type { Recipe } from './recipe.ts'
import type { Seed } from './seeds.ts'

/**
 * Finds the smallest case that still shows a finding, each tried on a target of its own.
 *
 * @returns null when none of the finding's cases shows it alone: it depends on what ran beside it
 */
export async function minimise(
  { kind, recipes }: Finding,
  seeds: ReadonlyMap<string, Seed>,
  defect?: string,
): Promise<Recipe | null> {
  const shows = async (recipe: Recipe) => {
    await using lab = new Lab(seeds, defect)
    await lab.run(recipe)
    await lab.settle()
    return lab.findings.some(finding => finding.kind === kind)
  }
  for (const recipe of recipes.toReversed()) {
    if (await shows(recipe)) return shrink(recipe, shows)
  }
  return null
}

async function shrink(recipe: Recipe, shows: (recipe: Recipe) => Promise<boolean>): Promise<Recipe> {
  for (const smaller of smallerThan(recipe)) if (await shows(smaller)) return shrink(smaller, shows)
  return recipe
}

/** The cases that lack one thing of this one. */
function* smallerThan(recipe: Recipe): Generator<Recipe> {
  const { requests } = recipe
  for (const key of ['times', 'writes', 'ending', 'cut'] as const) {
    const { [key]: dropped, ...rest } = recipe
    if (dropped !== undefined) yield rest
  }
  for (const at of requests.keys()) {
    const left = requests.filter((_, index) => index !== at)
    const isNamed = requests.some(request => 'again' in request && request.again >= at)
    if (left.length > 0 && !isNamed) yield { ...recipe, requests: left }
  }
  for (const [at, request] of requests.entries())
    for (const edit of request.edits) {
      const edits = request.edits.filter(other => other !== edit)
      yield { ...recipe, requests: requests.with(at, { ...request, edits }) }
    }
}
