#!/usr/bin/env pwsh
#Requires -Version 7.4
<#
.SYNOPSIS
    Builds, tests, documents, packs and shows NodeManager.
.DESCRIPTION
    Build  makes this folder an importable module: Import-Module ./NodeManager.psd1
    Test   runs all tests.
    Docs   makes the reference pages, and the help that Get-Help shows (en-US/) from the pages in docs/. Needs Microsoft.PowerShell.PlatyPS.
    Reference  makes the reference pages alone: docs/errors.md and docs/output-types.md, from the doc comments of the code.
    Pack   makes the module's folder and the package for a gallery.
    Verify builds the module twice, in two places, and compares the files byte by byte.
    Demo   drains a node of the embedded cluster, before your eyes.
.EXAMPLE
    ./build.ps1
.EXAMPLE
    ./build.ps1 -Task Build, Test
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Docs', 'Reference', 'Pack', 'Verify', 'Demo')]
    [string[]] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Release',

    # Take what is built already.
    [switch] $NoBuild,

    # Where Pack puts what it makes.
    [string] $OutputFolder = "$PSScriptRoot/out"
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest

function Invoke-DotNet {
    & dotnet @args
    if ($LASTEXITCODE) { throw "dotnet $($args -join ' ') failed with exit code $LASTEXITCODE." }
}

function Invoke-Build {
    if ($NoBuild) { return }
    Invoke-DotNet build "$PSScriptRoot/src/NodeManager/NodeManager.csproj" --configuration $Configuration --nologo --verbosity minimal
}

function Invoke-Test {
    Invoke-DotNet test "$PSScriptRoot/NodeManager.slnx" --configuration $Configuration --nologo
}

function Invoke-Docs {
    $unfinished = Get-ChildItem "$PSScriptRoot/docs/*-*.md" | Select-String -SimpleMatch '{{' -List
    if ($unfinished) { throw "These pages still have placeholders: $($unfinished.Filename -join ', ')" }

    Invoke-Reference
    & "$PSScriptRoot/docs/Build-Help.ps1"
}

# The tests that compare the pages with the code write them first.
function Invoke-Reference {
    $env:NODEMANAGER_WRITE_REFERENCE = '1'
    try { Invoke-DotNet test "$PSScriptRoot/tests/NodeManager.Architecture.Tests" --filter FullyQualifiedName~ReferencePageTests --nologo }
    finally { $env:NODEMANAGER_WRITE_REFERENCE = $null }
}

function Invoke-Pack {
    Invoke-Build
    $manifest = Import-PowerShellDataFile "$PSScriptRoot/NodeManager.psd1"
    $version = $manifest.ModuleVersion
    $folder = "$OutputFolder/NodeManager/$version"
    if (Test-Path $folder) { Remove-Item $folder -Recurse -Force }

    # Errors about missing rights point to deploy/, README.md to docs/.
    foreach ($item in 'NodeManager.psd1', 'LICENSE', 'THIRD-PARTY-NOTICES.md', 'README.md', 'CHANGELOG.md', 'bench/README.md', 'tests/README.md', 'deploy', 'docs', 'en-US', 'bin') {
        $source = Get-Item "$PSScriptRoot/$item"
        # -Recurse on a file would find all files of that name.
        foreach ($file in $source.PSIsContainer ? (Get-ChildItem $source -File -Recurse -Exclude *.ps1) : $source) {
            $target = Join-Path $folder ([IO.Path]::GetRelativePath($PSScriptRoot, $file.FullName))
            $null = New-Item -ItemType Directory -Path (Split-Path $target) -Force
            Copy-Item $file.FullName $target
        }
    }

    try {
        Invoke-DotNet msbuild "$PSScriptRoot/src/NodeManager/NodeManager.csproj" -restore '-t:CompileNative' "-p:NativeFolder=$folder/bin/lib" "-p:Configuration=$Configuration" '-verbosity:minimal' | Out-Host
    }
    catch {
        Get-ChildItem "$folder/bin/lib" -Directory | Remove-Item -Recurse -Force
        Write-Warning "The module is packed without code compiled for this platform, and starts more slowly: $_"
    }

    New-BillOfMaterials -Folder $folder -Version $version
    $null = Test-ModuleManifest "$folder/NodeManager.psd1"
    $tags = @('PSModule') + $manifest.PrivateData.PSData.Tags + ($manifest.CmdletsToExport | ForEach-Object { "PSCmdlet_$_"; "PSCommand_$_" })
    Invoke-DotNet pack "$PSScriptRoot/src/NodeManager/NodeManager.csproj" --no-build --configuration $Configuration --nologo --verbosity quiet --output $OutputFolder `
        "-p:PackedModule=$folder" "-p:PackageTags=$($tags -join ' ')" "-p:PackageVersion=$version" "-p:Description=$($manifest.Description -replace '[;,]', { [uri]::HexEscape($_.Value[0]) })" | Out-Host
    Get-Item $folder, "$OutputFolder/NodeManager.$version.nupkg"
}

# What of others the module carries, as CycloneDX: the packages of the lock file whose assemblies are in it.
function New-BillOfMaterials([string] $Folder, [string] $Version) {
    $lock = Get-Content "$PSScriptRoot/src/NodeManager/packages.lock.json" -Raw | ConvertFrom-Json -AsHashtable
    $components = foreach ($package in @($lock.dependencies.Values)[0].GetEnumerator() | Sort-Object Key) {
        if ($package.Value.type -eq 'Project' -or -not (Test-Path "$Folder/bin/lib/$($package.Key).dll")) { continue }
        $purl = "pkg:nuget/$($package.Key)@$($package.Value.resolved)"
        [ordered]@{
            type     = 'library'
            'bom-ref' = $purl
            name     = $package.Key
            version  = $package.Value.resolved
            purl     = $purl
            # Of the package, as NuGet checks it.
            hashes   = @([ordered]@{ alg = 'SHA-512'; content = [Convert]::ToHexStringLower([Convert]::FromBase64String($package.Value.contentHash)) })
            # THIRD-PARTY-NOTICES.md says so too.
            licenses = @(@{ license = @{ id = 'MIT' } })
        }
    }
    [ordered]@{
        bomFormat   = 'CycloneDX'
        specVersion = '1.6'
        version     = 1
        metadata    = [ordered]@{ component = [ordered]@{ type = 'library'; name = 'NodeManager'; version = $Version; licenses = @(@{ license = @{ id = 'MIT' } }) } }
        components  = @($components)
    } | ConvertTo-Json -Depth 9 | Set-Content "$Folder/bom.cdx.json"
}

# The same sources give the same files, wherever they are built.
function Invoke-Verify {
    $places = 'first', 'second/place' | ForEach-Object { Join-Path $OutputFolder "verify/$_" }
    if (Test-Path "$OutputFolder/verify") { Remove-Item "$OutputFolder/verify" -Recurse -Force }
    $hashes = foreach ($place in $places) {
        $null = New-Item -ItemType Directory -Path $place -Force
        $sources = @(Get-ChildItem "$PSScriptRoot/src" -File -Recurse | Where-Object FullName -NotMatch '[\\/](obj|bin)[\\/]')
        $sources += 'Directory.Build.props', 'Directory.Packages.props', 'BannedSymbols.txt', '.editorconfig', 'global.json' | ForEach-Object { Get-Item "$PSScriptRoot/$_" -Force }
        foreach ($source in $sources) {
            $target = Join-Path $place ([IO.Path]::GetRelativePath($PSScriptRoot, $source.FullName))
            $null = New-Item -ItemType Directory -Path (Split-Path $target) -Force
            Copy-Item $source.FullName $target
        }
        Invoke-DotNet build "$place/src/NodeManager/NodeManager.csproj" --configuration $Configuration --nologo --verbosity quiet '-p:RunAnalyzers=false' '-p:ContinuousIntegrationBuild=true' | Out-Host
        , @(Get-ChildItem "$place/bin" -File -Recurse | Sort-Object FullName | ForEach-Object { "$([IO.Path]::GetRelativePath($place, $_.FullName)) $((Get-FileHash $_.FullName).Hash)" })
    }
    $differing = Compare-Object $hashes[0] $hashes[1]
    if ($differing) { throw "Two builds differ: $($differing.InputObject -join '; ')" }
    "$($hashes[0].Count) files are the same in both builds."
}

function Invoke-Demo {
    Invoke-Build
    & ([Environment]::ProcessPath) -NoProfile -Command {
        param($module)
        Import-Module $module
        $null = Connect-NodeManager -Sandbox
        Get-ClusterNode | Out-Host
        $node = Get-NodePod | Where-Object { $_.OwnerKind -eq 'ReplicaSet' -and $_.Ready } | Group-Object NodeName | Sort-Object Count -Descending | Select-Object -First 1
        Get-NodeDrainPlan $node.Name -DeleteEmptyDirData -DeleteUnmanagedPod | Out-Host
        Invoke-NodeDrain $node.Name -DeleteEmptyDirData -DeleteUnmanagedPod -Timeout 2m -Confirm:$false | Format-List | Out-Host
        Resume-NodeScheduling $node.Name -PassThru | Out-Host
    } -args "$PSScriptRoot/NodeManager.psd1"
}

foreach ($name in $Task) { & "Invoke-$name" }
