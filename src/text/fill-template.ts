/**
 * Replaces each `{{name}}` with its value.
 *
 * @throws {TypeError} when a name has no value
 */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    if (!Object.hasOwn(values, name)) throw new TypeError(`the template uses {{${name}}}, which has no value`)
    return values[name]!
  })
}
