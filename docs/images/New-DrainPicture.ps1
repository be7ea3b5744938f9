#Requires -Version 7.6
<#
.SYNOPSIS
    Draws drain.svg, the animated recording in the README, from what the module really prints.
.DESCRIPTION
    Lines appear as in a terminal: commands after a pause, their output after them. Colors follow the theme of the reader, and a reader who prefers reduced
    motion sees the last state at once.

    Runs the commands below on the embedded cluster in a terminal of 120 columns and draws their output. Every word stands at its own
    place, so that neither a browser that collapses blanks nor a font of another width moves the columns.
.EXAMPLE
    ./build.ps1; ./docs/images/New-DrainPicture.ps1
#>
[CmdletBinding()]
param(
    [string] $Path = "$PSScriptRoot/drain.svg"
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest

$columns = 120
$cell = @{ Width = 8.02; Height = 17 }
$margin = @{ Left = 16; Top = 56.8 }
$font = 'ui-monospace,Menlo,Consolas,DejaVu Sans Mono,monospace'
$title = 'pwsh: NodeManager on the embedded cluster'
# Class of a color, in a dark and in a light theme. 0 is plain text.
$inks = @{
    0  = '#d4d7dd', '#24292f'
    31 = '#ff6b6b', '#b42318'
    32 = '#7bd88f', '#116329'
    33 = '#ffd866', '#7d4e00'
    35 = '#fc9ff0', '#8250df'
    36 = '#78dce8', '#0a5a7a'
    90 = '#8a8f98', '#5b626b'
}
# Seconds between lines, and before a command.
$pace = @{ Line = 0.04; Command = 1.6 }

$commands = @(
    'Get-ClusterNode -Usage'
    'Get-NodeDrainPlan worker-1b-01 -DeleteEmptyDirData'
    'Invoke-NodeDrain worker-1b-01 -DeleteEmptyDirData -Surge -Timeout 5m -Confirm:$false'
)

# A command as the prompt colors it.
function Get-PromptLine([string] $Command) {
    $tokens = $errors = $null
    $null = [Management.Automation.Language.Parser]::ParseInput($Command, [ref] $tokens, [ref] $errors)
    $words = foreach ($token in $tokens | Where-Object Kind -ne 'EndOfInput') {
        $ink = if ($token.TokenFlags -band 'CommandName') { 33 } elseif ($token.Kind -eq 'Parameter') { 90 } elseif ($token.Kind -eq 'Variable') { 32 } else { 0 }
        $blank = $token.Extent.StartOffset -gt 0 -and $Command[$token.Extent.StartOffset - 1] -eq ' ' ? ' ' : ''
        "$blank`e[${ink}m$($token.Text)`e[0m"
    }
    "PS> $(-join $words)"
}

# What a command prints, warnings too, without the blank lines around it.
function Get-Output([string] $Command) {
    $ErrorActionPreference = 'Continue'
    $warning = { "$($PSStyle.Formatting.Warning)WARNING: $_$($PSStyle.Reset)" }
    $shown = Invoke-Expression $Command 3>&1 2>$null | ForEach-Object { $_ -is [Management.Automation.WarningRecord] ? (& $warning) : $_ }
    $lines = $shown | Out-String -Stream -Width $columns | ForEach-Object Split "`n" | ForEach-Object TrimEnd
    $first, $last = 0, ($lines.Count - 1)
    while ($first -lt $last -and -not $lines[$first]) { $first++ }
    while ($last -gt $first -and -not $lines[$last]) { $last-- }
    $lines[$first..$last] | ForEach-Object { Split-Line $_ }
}

# A line as a terminal shows it: what does not fit goes on in the next one, between words.
function Split-Line([string] $Line) {
    $plainText = $Line -replace '\e\[[0-9;]*m'
    if ($plainText.Length -le $columns) { return $Line }
    $color = [regex]::Match($Line, '^(\e\[[0-9;]*m)*').Value
    [regex]::Matches($plainText, ".{1,$columns}(?: |`$)") | ForEach-Object { "$color$($_.Value.TrimEnd())`e[0m" }
}

# The words of a line: text, column, color and weight.
function Get-Word([string] $Line) {
    $column, $ink, $bold = 0, 0, $false
    foreach ($part in [regex]::Matches($Line, '\e\[(?<sgr>[0-9;]*)m|(?<blank> +)|(?<word>[^ \e]+)')) {
        if ($part.Groups['sgr'].Success) {
            foreach ($code in $part.Groups['sgr'].Value -split ';' | ForEach-Object { [int] $_ }) {
                if ($code -eq 0) { $ink, $bold = 0, $false } elseif ($code -eq 1) { $bold = $true } elseif ($inks.ContainsKey($code)) { $ink = $code }
            }
            continue
        }
        if ($part.Groups['word'].Success) { [pscustomobject]@{ Text = $part.Value; Column = $column; Ink = $ink; Bold = $bold } }
        $column += $part.Length
    }
}

Import-Module "$PSScriptRoot/../../NodeManager.psd1" -Force
$PSStyle.OutputRendering = 'Ansi'
$session = Connect-NodeManager -Sandbox
try {
    $lines = foreach ($command in $commands) {
        Get-PromptLine $command
        ''
        Get-Output $command
        ''
    }
}
finally {
    Disconnect-NodeManager $session
}

$escape = { [Security.SecurityElement]::Escape($args[0]) }
$number = { ([double] $args[0]).ToString('0.0', [cultureinfo]::InvariantCulture) }
$width = [Math]::Ceiling($columns * $cell.Width + 2 * $margin.Left)
$height = [Math]::Ceiling($margin.Top + ($lines.Count - 1) * $cell.Height)
$time = 0.3
$rows = for ($row = 0; $row -lt $lines.Count; $row++) {
    $words = foreach ($word in Get-Word $lines[$row]) {
        $x = & $number ($margin.Left + $word.Column * $cell.Width)
        $y = & $number ($margin.Top + $row * $cell.Height)
        "<text x=`"$x`" y=`"$y`" class=`"i$($word.Ink)`"$($word.Bold ? ' font-weight="bold"' : '')>$(& $escape $word.Text)</text>"
    }
    if ($words) { "<g class=`"line`" style=`"animation-delay:$($time.ToString('0.00', [cultureinfo]::InvariantCulture))s`">`n$($words -join "`n")`n</g>" }
    $next = $row + 1 -lt $lines.Count ? $lines[$row + 1] : ''
    $time += $next.StartsWith('PS> ') -or $lines[$row].StartsWith('PS> ') ? $pace.Command : $pace.Line
}
$dark = foreach ($ink in $inks.Keys | Sort-Object) { ".i$ink{fill:$($inks[$ink][0])}" }
$light = foreach ($ink in $inks.Keys | Sort-Object) { ".i$ink{fill:$($inks[$ink][1])}" }
@"
<svg xmlns="http://www.w3.org/2000/svg" width="$width" height="$height" viewBox="0 0 $width $height" role="img" aria-label="$title">
<style>
.frame{fill:#1b1d23}$(-join $dark)
@media(prefers-color-scheme:light){.frame{fill:#f6f8fa}$(-join $light)}
.line{animation:show .01s both}
@keyframes show{from{opacity:0}to{opacity:1}}
@media(prefers-reduced-motion:reduce){.line{animation:none}}
</style>
<rect width="$width" height="$height" rx="8" class="frame"/>
<circle cx="20" cy="18" r="6" fill="#ff5f57"/><circle cx="40" cy="18" r="6" fill="#febc2e"/><circle cx="60" cy="18" r="6" fill="#28c840"/>
<text x="$(& $number ($width / 2))" y="22" class="i90" font-size="12" text-anchor="middle" font-family="$font">$title</text>
<g font-family="$font" font-size="13.3">
$($rows -join "`n")
</g></svg>
"@ | Set-Content -LiteralPath $Path
