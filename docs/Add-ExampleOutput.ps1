<#
.SYNOPSIS
    Adds their output to the examples of help pages that show none.

.DESCRIPTION
    Runs each such example in a process of its own, on the embedded cluster, and writes what a terminal shows below it. Examples that
    print nothing, or that fail here because they need something else, stay as they are. Times, durations and ids differ in each run, so blocks
    that exist are not compared: delete one to have it written again.

.EXAMPLE
    ./build.ps1; ./docs/Add-ExampleOutput.ps1 -Page Invoke-NodeDrain.md
#>
#Requires -Version 7.6
[CmdletBinding()]
param(
    # The pages to complete.
    [string] $Page = '*.md',

    # Columns of the terminal: the first at which no word breaks.
    [int[]] $Width = @(100, 118, 140, 160, 200),

    # Lines of an output; longer ones end with an ellipsis.
    [int] $MaximumLines = 24
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$pwsh = [Environment]::ProcessPath
$module = (Resolve-Path "$PSScriptRoot/../NodeManager.psd1").Path

function Get-ExampleOutput([string] $Code) {
    $folder = New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) "$(New-Guid)")
    try {
        $script = Join-Path $folder example.ps1
        "`$ErrorActionPreference = 'Stop'; `$PSStyle.OutputRendering = 'PlainText'; `$ProgressPreference = 'SilentlyContinue'
Import-Module '$module'; `$null = Connect-NodeManager -Sandbox; Set-Location '$folder'
`$ErrorActionPreference = 'Continue'
`$shown = @(. {
$Code
})
`$words = (`$shown | Out-String -Width 1000) -split '\s+'
foreach (`$width in $($Width -join ', ')) {
    `$text = `$shown | Out-String -Width `$width
    if (-not (`$words | Where-Object { `$_ -match '\w' -and -not `$text.Contains(`$_) })) { break }
}
`$text" | Set-Content $script
        $lines = @(& $pwsh -NoProfile -NonInteractive -File $script 2>"$folder/errors" | ForEach-Object TrimEnd)
        if ($LASTEXITCODE -ne 0 -or (Get-Item "$folder/errors").Length -gt 0 -or -not ($lines -ne '')) { return }
        $text = ($lines -join "`n").Trim("`n") -replace '\n{3,}', "`n`n" -replace [regex]::Escape($folder), '/tmp'
        $lines = $text -split "`n"
        $lines.Count -gt $MaximumLines ? (($lines[0..($MaximumLines - 2)] + '...') -join "`n") : $text
    }
    finally { Remove-Item $folder -Recurse -Force }
}

foreach ($file in Get-ChildItem "$PSScriptRoot/reference/cmdlets" -Filter $Page) {
    $text = Get-Content $file -Raw
    $changed = [regex]::Replace($text, '(?ms)^```powershell\n(?<code>[^`]*?(?:`(?!``)[^`]*?)*?)\n```\n(?!\n```output)', {
            param($Match)
            $output = Get-ExampleOutput $Match.Groups['code'].Value
            $output ? "$($Match.Value)`n``````output`n$output`n```````n" : $Match.Value
        })
    if ($changed -cne $text) {
        Set-Content $file $changed -NoNewline
        $file.Name
    }
}
