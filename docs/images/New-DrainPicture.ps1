#Requires -Version 7.6
<#
.SYNOPSIS
    Draws drain.svg, the picture in the README, from what the module really prints.
.DESCRIPTION
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
$plain = '#d4d7dd'
$inks = @{ 31 = '#ff6b6b'; 32 = '#7bd88f'; 33 = '#ffd866'; 35 = '#fc9ff0'; 36 = '#78dce8'; 90 = '#8a8f98' }

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
$words = for ($row = 0; $row -lt $lines.Count; $row++) {
    foreach ($word in Get-Word $lines[$row]) {
        $x = & $number ($margin.Left + $word.Column * $cell.Width)
        $y = & $number ($margin.Top + $row * $cell.Height)
        $fill = $word.Ink ? $inks[$word.Ink] : $plain
        "<text x=`"$x`" y=`"$y`" fill=`"$fill`"$($word.Bold ? ' font-weight="bold"' : '')>$(& $escape $word.Text)</text>"
    }
}
@"
<svg xmlns="http://www.w3.org/2000/svg" width="$width" height="$height" viewBox="0 0 $width $height" role="img" aria-label="$title">
<rect width="$width" height="$height" rx="8" fill="#1b1d23"/>
<circle cx="20" cy="18" r="6" fill="#ff5f57"/><circle cx="40" cy="18" r="6" fill="#febc2e"/><circle cx="60" cy="18" r="6" fill="#28c840"/>
<text x="$(& $number ($width / 2))" y="22" fill="#8a8f98" font-size="12" text-anchor="middle" font-family="$font">$title</text>
<g font-family="$font" font-size="13.3">
$($words -join "`n")
</g></svg>
"@ | Set-Content -LiteralPath $Path
