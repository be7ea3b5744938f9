#!/usr/bin/env pwsh
#Requires -Version 7.4
<#
.SYNOPSIS
    Builds, tests, documents, packs and shows NodeManager.
.DESCRIPTION
    Build  makes this folder an importable module: Import-Module ./NodeManager.psd1
    Test   runs all tests.
    Docs   makes the help that Get-Help shows (en-US/) from the pages in docs/. Needs Microsoft.PowerShell.PlatyPS.
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
    [ValidateSet('Build', 'Test', 'Docs', 'Pack', 'Verify', 'Demo')]
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

    & "$PSScriptRoot/docs/Build-Help.ps1"
}

function Invoke-Pack {
    Invoke-Build
    $manifest = Import-PowerShellDataFile "$PSScriptRoot/NodeManager.psd1"
    $version = $manifest.ModuleVersion
    $folder = "$OutputFolder/NodeManager/$version"
    if (Test-Path $folder) { Remove-Item $folder -Recurse -Force }

    # deploy/rbac.yaml is what errors about missing rights point to.
    foreach ($item in 'NodeManager.psd1', 'LICENSE', 'THIRD-PARTY-NOTICES.md', 'README.md', 'CHANGELOG.md', 'deploy/rbac.yaml', 'en-US', 'bin') {
        $source = Get-Item "$PSScriptRoot/$item"
        # -Recurse on a file would find all files of that name.
        foreach ($file in $source.PSIsContainer ? (Get-ChildItem $source -File -Recurse) : $source) {
            $target = Join-Path $folder ([IO.Path]::GetRelativePath($PSScriptRoot, $file.FullName))
            $null = New-Item -ItemType Directory -Path (Split-Path $target) -Force
            Copy-Item $file.FullName $target
        }
    }

    New-BillOfMaterials -Folder $folder -Version $version
    $null = Test-ModuleManifest "$folder/NodeManager.psd1"
    New-GalleryPackage -Folder $folder -Manifest $manifest -Path "$OutputFolder/NodeManager.$version.nupkg"
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

# What Publish-Module makes of a folder, without needing it: an Open Packaging Conventions archive with a nuspec.
function New-GalleryPackage([string] $Folder, [hashtable] $Manifest, [string] $Path) {
    $escape = { [Security.SecurityElement]::Escape($args[0]) }
    $tags = @('PSModule') + $Manifest.PrivateData.PSData.Tags + ($Manifest.CmdletsToExport | ForEach-Object { "PSCmdlet_$_"; "PSCommand_$_" })
    $nuspec = @"
<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2011/08/nuspec.xsd">
  <metadata>
    <id>NodeManager</id>
    <version>$($Manifest.ModuleVersion)</version>
    <authors>$(& $escape $Manifest.Author)</authors>
    <owners>$(& $escape $Manifest.CompanyName)</owners>
    <requireLicenseAcceptance>false</requireLicenseAcceptance>
    <licenseUrl>$($Manifest.PrivateData.PSData.LicenseUri)</licenseUrl>
    <description>$(& $escape $Manifest.Description)</description>
    <copyright>$(& $escape $Manifest.Copyright)</copyright>
    <tags>$(& $escape ($tags -join ' '))</tags>
  </metadata>
</package>
"@
    $relationships = @'
<?xml version="1.0" encoding="utf-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
  <Relationship Type="http://schemas.microsoft.com/packaging/2010/07/manifest" Target="/NodeManager.nuspec" Id="R1" />
</Relationships>
'@
    $files = Get-ChildItem $Folder -File -Recurse
    $extensions = @($files.Extension) + '.nuspec', '.rels' | Where-Object { $_ } | ForEach-Object { $_.TrimStart('.') } | Sort-Object -Unique
    $types = @"
<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
  <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml" />
$(($extensions -ne 'rels' | ForEach-Object { "  <Default Extension=`"$_`" ContentType=`"application/octet`" />" }) -join "`n")
  <Override PartName="/LICENSE" ContentType="application/octet" />
</Types>
"@
    if (Test-Path $Path) { Remove-Item $Path }
    $archive = [IO.Compression.ZipFile]::Open($Path, 'Create')
    try {
        foreach ($part in @{ Name = 'NodeManager.nuspec'; Text = $nuspec }, @{ Name = '_rels/.rels'; Text = $relationships }, @{ Name = '[Content_Types].xml'; Text = $types }) {
            $writer = [IO.StreamWriter]::new($archive.CreateEntry($part.Name).Open())
            $writer.Write($part.Text)
            $writer.Dispose()
        }
        foreach ($file in $files) {
            $name = [IO.Path]::GetRelativePath($Folder, $file.FullName).Replace('\', '/')
            $null = [IO.Compression.ZipFileExtensions]::CreateEntryFromFile($archive, $file.FullName, $name)
        }
    }
    finally {
        $archive.Dispose()
    }
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
