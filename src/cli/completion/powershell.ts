import type { Completed, CompletedCommand } from './completed-commands.js'

/**
 * Writes the completion of a program for PowerShell, from version 5.1 on. Texts are literals in single quotes, in which
 * PowerShell expands nothing.
 */
export function powershellCompletion(bin: string, commands: readonly CompletedCommand[]): string {
  const cases = (rows: readonly (readonly [pattern: string, words: readonly string[]])[]) =>
    rows
      .map(
        ([pattern, words]) =>
          `            ${powershellQuoted(pattern)} { ${words.map(powershellQuoted).join(', ')}; return }`,
      )
      .join('\n')
  const pairs = (list: readonly Completed[]) => list.flatMap(({ name, text }) => [name, text])
  // Version 5.1 reads a script without a byte order mark in the code page of Windows, where bytes of a text may be quotes.
  return `\ufeff# The completion of ${bin} for PowerShell, written by \`${bin} autocomplete\`.

Register-ArgumentCompleter -Native -CommandName ${powershellQuoted(bin)} -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    # Commands and flags: a name, a text about it, the next name…
    $commandsOf = {
        param($command)
        switch -CaseSensitive ($command) {
${cases(commands.filter(one => one.commands.length > 0).map(one => [one.id, pairs(one.commands)]))}
        }
    }
    $flagsOf = {
        param($command)
        switch -CaseSensitive ($command) {
${cases(commands.filter(one => one.flags.length > 0).map(one => [one.id, pairs(one.flags)]))}
        }
    }
    $valuesOf = {
        param($command, $flag)
        switch -CaseSensitive ("$command $flag") {
${cases(commands.flatMap(({ id, values }) => [...values].map(([flag, list]) => [`${id} ${flag}`, list] as const)))}
        }
    }

    $typed = @()
    foreach ($element in $commandAst.CommandElements) {
        if ($element.Extent.EndOffset -ge $cursorPosition) { break }
        if ($element -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $typed += $element.Value }
        else { $typed += $element.Extent.Text }
    }

    # The command is made of the first words that name one.
    $command = ''
    $next = 1
    for ($i = 1; $i -lt $typed.Count; $i++) {
        if ($typed[$i].StartsWith('-')) { break }
        $longer = "$command $($typed[$i].Replace(':', ' '))".Trim()
        if (@(& $commandsOf $longer).Count -eq 0 -and @(& $flagsOf $longer).Count -eq 0) { break }
        $command = $longer
        $next = $i + 1
    }

    $start = ''
    $value = $wordToComplete
    $found = @()
    $hasTexts = $false
    if ($value -clike '--*=*') {
        $at = $value.IndexOf('=') + 1
        $start = $value.Substring(0, $at)
        $value = $value.Substring($at)
        $found = @(& $valuesOf $command $start.TrimEnd('='))
    } else {
        if ($typed.Count -gt 1) { $found = @(& $valuesOf $command $typed[-1]) }
        if ($found.Count -eq 0) {
            $hasTexts = $true
            if ($value.StartsWith('-')) { $found = @(& $flagsOf $command) }
            elseif ($next -eq $typed.Count) { $found = @(& $commandsOf $command) }
        }
    }

    $value = $value.TrimStart("'", '"')
    $step = if ($hasTexts) { 2 } else { 1 }
    for ($i = 0; $i -lt $found.Count; $i += $step) {
        $name = $found[$i]
        if (-not $name.StartsWith($value, [StringComparison]::Ordinal)) { continue }
        $text = if ($hasTexts -and $found[$i + 1]) { $found[$i + 1] } else { $name }
        $word = $name
        if ($word -notmatch '^[A-Za-z0-9_./:+-]+$') {
            $word = "'" + [System.Management.Automation.Language.CodeGeneration]::EscapeSingleQuotedStringContent($word) + "'"
        }
        [System.Management.Automation.CompletionResult]::new($start + $word, $name, 'ParameterValue', $text)
    }
}
`
}

/**
 * Quotes a text for PowerShell, which takes four typographic quotes as single quotes, too (its `CharTraits.cs`,
 * `IsSingleQuote`).
 */
export function powershellQuoted(text: string): string {
  return `'${text.replace(/['\u2018-\u201b]/g, '$&$&')}'`
}
