import { toTree } from '../wires/json/convert.js'
import { writeJson } from '../wires/json/write.js'

/** A text with `{name}` in it where a value is to stand. */
export type Template = {
  /** those that it asks for */
  readonly names: readonly string[]
  /** What is no text is written as JSON, and null as nothing. */
  fill(values: Readonly<Record<string, unknown>>): string
}

/** Reads a template; `{{` and `}}` are braces. Undefined when a brace is neither. */
export function parseTemplate(text: string): Template | undefined {
  const marks = [...text.matchAll(MARK)]
  if (marks.some(([mark]) => mark.length === 1)) return undefined
  return {
    names: marks.flatMap(([, name]) => name ?? []),
    fill: values =>
      text.replace(MARK, (mark, name?: string) => (name === undefined ? mark[0]! : wordsOf(values[name]))),
  }
}

const MARK = /\{\{|\}\}|\{(\w+)\}|[{}]/g

function wordsOf(value: unknown): string {
  if (typeof value === 'string') return value
  return value === null || value === undefined ? '' : writeJson(toTree(value))
}
