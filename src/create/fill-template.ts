/**
 * Puts values in the place of their names: `{{name}}`.
 *
 * @throws {TypeError} when the template names what there is no value for
 */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    if (!Object.hasOwn(values, name)) throw new TypeError(`the template names ${name}, and there is no value for it`)
    return values[name]!
  })
}
