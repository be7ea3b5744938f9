<#
.SYNOPSIS
    Makes the help that Get-Help shows (MAML) from the pages in reference/cmdlets.

.DESCRIPTION
    The pages are read by Microsoft.PowerShell.PlatyPS. The MAML is written here rather than by its Export-MamlCommandHelp, which leaves
    Markdown in the text and the examples' code in their introduction, where a terminal shows both as they are.

.OUTPUTS
    System.IO.FileInfo: the file that was written.
#>
#Requires -Version 7.6
#Requires -Modules @{ ModuleName = 'Microsoft.PowerShell.PlatyPS'; ModuleVersion = '1.0.0' }
[CmdletBinding()]
[OutputType([System.IO.FileInfo])]
param(
    # Where the file goes.
    [string] $OutputFolder = (Join-Path $PSScriptRoot '../en-US'),

    # The address of the project, without which Get-Help -Online has no page to open. The manifest is the only place that has it.
    [AllowEmptyString()]
    [string] $ProjectUri = (Import-PowerShellDataFile (Join-Path $PSScriptRoot '../NodeManager.psd1')).PrivateData.PSData['ProjectUri'],

    # The pages to read.
    [string] $Page = '*.md'
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$namespaces = @{
    maml    = 'http://schemas.microsoft.com/maml/2004/10'
    command = 'http://schemas.microsoft.com/maml/dev/command/2004/10'
    dev     = 'http://schemas.microsoft.com/maml/dev/2004/10'
}

# Markdown marks that say nothing in a terminal.
function ConvertTo-PlainLine([string] $Line) {
    $Line -replace '\[([^\]]+)\]\([^)]+\)', '$1' -replace '\*\*', '' -replace '`', ''
}

# A row of a table: its first cell names it, the others follow as sentences.
function ConvertTo-PlainRow([string] $Row) {
    $cells = @($Row.Trim().Trim('|') -split '(?<!\\)\|' | ForEach-Object { (ConvertTo-PlainLine $_).Trim() })
    "- $($cells[0]): $($cells[1..($cells.Count - 1)] -join ' ')"
}

# Paragraphs of plain text. Lists and tables are one paragraph of several lines each.
function ConvertTo-PlainText([string] $Markdown) {
    # A fenced block ends where its fence does: output has empty lines of its own.
    foreach ($match in [regex]::Matches(($Markdown.Trim() -replace '\r', ''), '(?ms)^```.*?^```$|(?:^(?!```)[^\n]*\S[^\n]*(?:\n|\z))+')) {
        $block = $match.Value.Trim()
        $lines = @($block -split '\r?\n')
        if ($lines[0].StartsWith('```')) {
            $lines[1..($lines.Count - 2)] -replace '^', '    ' -join "`n"
        }
        elseif ($lines.Count -gt 2 -and $lines[1] -match '^\|[-:| ]+\|$') {
            @($lines | Select-Object -Skip 2 | ForEach-Object { ConvertTo-PlainRow $_ }) -join "`n"
        }
        else {
            @($lines | ForEach-Object { ConvertTo-PlainLine $_ }) -join "`n"
        }
    }
}

function Write-Element($Name, [scriptblock] $Content, [System.Collections.IDictionary] $Attributes = @{}) {
    $prefix, $local = $Name -split ':'
    $writer.WriteStartElement($prefix, $local, $namespaces[$prefix])
    foreach ($key in $Attributes.Keys) { $writer.WriteAttributeString($key, $Attributes[$key]) }
    & $Content
    $writer.WriteEndElement()
}

function Write-Text($Name, [string] $Text) { $writer.WriteElementString(($Name -split ':')[0], ($Name -split ':')[1], $namespaces[($Name -split ':')[0]], $Text) }

function Write-Paragraph($Name, [string] $Markdown) {
    Write-Element $Name { foreach ($text in ConvertTo-PlainText $Markdown) { Write-Text 'maml:para' $text } }
}

function Write-Type([string] $TypeName) {
    Write-Element 'dev:type' { Write-Text 'maml:name' $TypeName; $writer.WriteElementString('maml', 'uri', $namespaces.maml, '') }
}

function Write-Parameter($Parameter, $InSet) {
    $pipeline = @(
        if ($InSet.ValueFromPipeline) { 'ByValue' }
        if ($InSet.ValueFromPipelineByPropertyName) { 'ByPropertyName' }
    )
    $attributes = [ordered]@{
        required       = "$($InSet.IsRequired)".ToLowerInvariant()
        variableLength = $Parameter.Type.EndsWith('[]') ? 'true' : 'false'
        globbing       = "$($Parameter.SupportsWildcards)".ToLowerInvariant()
        pipelineInput  = $pipeline ? "True ($($pipeline -join ', '))" : 'False'
        position       = $InSet.Position.ToLowerInvariant()
        aliases        = $Parameter.Aliases ? $Parameter.Aliases -join ', ' : 'none'
    }
    Write-Element 'command:parameter' -Attributes $attributes {
        Write-Text 'maml:name' $Parameter.Name
        Write-Paragraph 'maml:description' $Parameter.Description
        if ($Parameter.Type -ne 'SwitchParameter') {
            Write-Element 'command:parameterValue' -Attributes ([ordered]@{ required = 'true'; variableLength = $attributes.variableLength }) {
                $writer.WriteString($Parameter.Type)
            }
        }
        Write-Type $Parameter.Type
        Write-Text 'dev:defaultValue' ($Parameter.DefaultValue ? $Parameter.DefaultValue : 'None')
    }
}

function Write-Syntax($Help) {
    Write-Element 'command:syntax' {
        foreach ($syntax in $Help.Syntax) {
            Write-Element 'command:syntaxItem' {
                Write-Text 'maml:name' $Help.Title
                foreach ($shown in $syntax.SyntaxParameters) {
                    $parameter = $Help.Parameters | Where-Object Name -eq $shown.ParameterName
                    $inSet = $parameter.ParameterSets | Where-Object Name -in $syntax.ParameterSetName, '(All)' | Select-Object -First 1
                    Write-Parameter $parameter $inSet
                }
            }
        }
    }
}

function Write-InputOutput($Name, $Item, $Entries) {
    Write-Element $Name {
        foreach ($entry in $Entries) {
            Write-Element $Item { Write-Type $entry.Typename; Write-Paragraph 'maml:description' $entry.Description }
        }
    }
}

# What stands before the code introduces it, what stands after it (its output, a remark) follows it.
function Write-Example($Example) {
    $match = [regex]::Match($Example.Remarks, '(?s)^(?<before>.*?)```powershell\r?\n(?<code>.*?)\r?\n```(?<after>.*)$')
    if (-not $match.Success) { throw "$($Example.Title): an example needs a block of PowerShell." }
    Write-Element 'command:example' {
        Write-Text 'maml:title' "--- $(ConvertTo-PlainLine $Example.Title) ---"
        # PowerShell shows the introduction and the code without a line between them.
        $before = @(ConvertTo-PlainText $match.Groups['before'].Value)
        Write-Element 'maml:introduction' { foreach ($text in $before) { Write-Text 'maml:para' "$text`n`n" } }
        Write-Text 'dev:code' $match.Groups['code'].Value
        Write-Paragraph 'dev:remarks' $match.Groups['after'].Value
    }
}

function Write-Command($Help) {
    $verb, $noun = $Help.Title -split '-', 2
    Write-Element 'command:command' {
        Write-Element 'command:details' {
            Write-Text 'command:name' $Help.Title
            Write-Text 'command:verb' $verb
            Write-Text 'command:noun' $noun
            Write-Paragraph 'maml:description' $Help.Synopsis
        }
        Write-Paragraph 'maml:description' $Help.Description
        Write-Syntax $Help
        Write-Element 'command:parameters' {
            foreach ($parameter in $Help.Parameters | Sort-Object Name) {
                Write-Parameter $parameter ($parameter.ParameterSets | Select-Object -First 1)
            }
        }
        Write-InputOutput 'command:inputTypes' 'command:inputType' $Help.Inputs
        Write-InputOutput 'command:returnValues' 'command:returnValue' $Help.Outputs
        Write-Element 'maml:alertSet' { Write-Paragraph 'maml:alert' $Help.Notes }
        Write-Element 'command:examples' { foreach ($example in $Help.Examples) { Write-Example $example } }
        Write-Element 'command:relatedLinks' {
            # Get-Help -Online and the property HelpUri of a command take the first link.
            if ($ProjectUri) {
                Write-Element 'maml:navigationLink' {
                    Write-Text 'maml:linkText' 'Online version:'
                    Write-Text 'maml:uri' "$($ProjectUri.TrimEnd('/'))/blob/main/docs/reference/cmdlets/$($Help.Title).md"
                }
            }
            foreach ($link in $Help.RelatedLinks) {
                Write-Element 'maml:navigationLink' { Write-Text 'maml:linkText' $link.LinkText; Write-Text 'maml:uri' '' }
            }
        }
    }
}

$pages = Get-ChildItem (Join-Path $PSScriptRoot reference/cmdlets) -Filter $Page | Sort-Object Name
$file = Join-Path (New-Item -ItemType Directory -Force $OutputFolder) 'NodeManager.dll-Help.xml'
$settings = [System.Xml.XmlWriterSettings]@{ Indent = $true; NewLineChars = "`n"; NewLineHandling = 'Replace'; Encoding = [System.Text.UTF8Encoding]::new($false) }
$writer = [System.Xml.XmlWriter]::Create($file, $settings)
try {
    $writer.WriteStartElement('helpItems', 'http://msh')
    $writer.WriteAttributeString('schema', 'maml')
    foreach ($prefix in 'maml', 'command', 'dev') { $writer.WriteAttributeString('xmlns', $prefix, $null, $namespaces[$prefix]) }
    foreach ($help in $pages.FullName | Import-MarkdownCommandHelp) { Write-Command $help }
    $writer.WriteEndElement()
}
finally {
    $writer.Dispose()
}

Get-Item $file
