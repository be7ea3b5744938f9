#!/usr/bin/env pwsh
#Requires -Version 7.4
<#
.SYNOPSIS
    Builds, tests, documents, packs and shows NodeManager.
.DESCRIPTION
    Build  makes this folder an importable module: Import-Module ./NodeManager.psd1
    Test   runs all tests.
    Docs   makes the reference pages, and the help that Get-Help shows (en-US/) from the pages in docs/. Needs Microsoft.PowerShell.PlatyPS.
    Reference  makes what derives from the code: docs/reference/errors.md, docs/reference/types, the CRD of requests and the baseline of public types.
    Api    writes docs/reference/api/openapi.json, which the server answers, and the console's types from it. Needs Node.js 20.19.
    Pack   makes the module's folder and the package for a gallery, with the server and its console.
    Verify builds the module twice, in two places, and compares the files byte by byte.
    Soak   watches the console and the server's streams over a large and busy cluster, and kills the server 20 times; see docs/guides/console.md.
    Bench  packs the module, measures it and its peers side by side, and writes bench/results; see bench/README.md.
    Demo   drains a node of the embedded cluster, before your eyes.
.EXAMPLE
    ./build.ps1
.EXAMPLE
    ./build.ps1 -Task Build, Test
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Docs', 'Reference', 'Api', 'Pack', 'Verify', 'Demo', 'Soak', 'Bench')]
    [string[]] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Release',

    # Take what is built already.
    [switch] $NoBuild,

    # Where Pack puts what it makes.
    [string] $OutputFolder = "$PSScriptRoot/out",

    # How long Soak watches the console.
    [ValidateRange(0.2, 1440)]
    [double] $SoakMinutes = 30,

    # The nodes of the cluster that Soak makes, with about 10 pods each.
    [ValidateRange(12, 20000)]
    [int] $SoakNodes = 5000,

    # What Bench measures, and how often: as the program in bench takes it.
    [string[]] $BenchArgument = @()
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest

function Invoke-DotNet {
    & dotnet @args
    if ($LASTEXITCODE) { throw "dotnet $($args -join ' ') failed with exit code $LASTEXITCODE." }
}

function Invoke-Build {
    if ($NoBuild) { return }
    Invoke-DotNet build "$PSScriptRoot/src/NodeManager/NodeManager.csproj" --configuration $Configuration --nologo --verbosity minimal | Out-Host
}

function Invoke-Test {
    Invoke-DotNet test "$PSScriptRoot/NodeManager.slnx" --configuration $Configuration --nologo
}

function Invoke-Docs {
    $unfinished = Get-ChildItem "$PSScriptRoot/docs/reference/cmdlets/*.md" | Select-String -SimpleMatch '{{' -List
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

# The test that compares the document with the served one writes it first; so does the one of the types.
function Invoke-Api {
    $env:NODEMANAGER_WRITE_REFERENCE = '1'
    try { Invoke-DotNet test "$PSScriptRoot/tests/NodeManager.Server.Tests" --filter FullyQualifiedName~The_committed_document --nologo }
    finally { $env:NODEMANAGER_WRITE_REFERENCE = $null }
    $console = (Get-ChildItem "$PSScriptRoot/src" -Recurse -Depth 2 -Directory -Filter NodeManager.Console).FullName
    if (-not (Test-Path "$console/node_modules")) { npm ci --prefix $console --ignore-scripts --no-audit --no-fund }
    npm run --prefix $console --silent api
    if ($LASTEXITCODE) { throw "npm ended with exit code $LASTEXITCODE." }
}

function Invoke-Pack {
    Invoke-Build
    $manifest = Import-PowerShellDataFile "$PSScriptRoot/NodeManager.psd1"
    $version = $manifest.ModuleVersion
    $folder = "$OutputFolder/NodeManager/$version"
    if (Test-Path $folder) { Remove-Item $folder -Recurse -Force }

    # Errors about missing rights point to deploy/, README.md to docs/.
    foreach ($item in 'NodeManager.psd1', 'LICENSE', 'THIRD-PARTY-NOTICES.md', 'README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'SUPPORT.md', 'CODE_OF_CONDUCT.md', 'bench/README.md', 'bench/CHANGELOG.md', 'bench/results', 'tests/README.md', 'deploy', 'docs', 'en-US', 'bin') {
        $source = Get-Item "$PSScriptRoot/$item"
        # -Recurse on a file would find all files of that name.
        $files = $source.PSIsContainer ? (Get-ChildItem $source -File -Recurse -Exclude *.ps1, *.sh) : $source
        foreach ($from in $files | Group-Object DirectoryName) {
            $target = Join-Path $folder ([IO.Path]::GetRelativePath($PSScriptRoot, $from.Name))
            $null = New-Item -ItemType Directory -Path $target -Force
            # Copy-Item takes 9 ms for each of 700 files.
            foreach ($file in $from.Group) { $null = $file.CopyTo("$target/$($file.Name)") }
        }
    }

    if (-not (Test-NativeCode "$folder/bin/lib")) {
        try {
            Invoke-DotNet msbuild "$PSScriptRoot/src/NodeManager/NodeManager.csproj" -restore '-t:CompileNative' "-p:NativeFolder=$folder/bin/lib" "-p:Configuration=$Configuration" '-verbosity:minimal' | Out-Host
        }
        catch {
            Get-ChildItem "$folder/bin/lib" -Directory | Remove-Item -Recurse -Force
            Write-Warning "The module is packed without code compiled for this platform, and starts more slowly: $_"
        }
    }

    Publish-Server -Folder "$folder/bin/server"
    New-BillOfMaterials -Folder $folder -Version $version
    $null = Test-ModuleManifest "$folder/NodeManager.psd1"
    $tags = @('PSModule') + $manifest.PrivateData.PSData.Tags + ($manifest.CmdletsToExport | ForEach-Object { "PSCmdlet_$_"; "PSCommand_$_" })
    Invoke-DotNet pack "$PSScriptRoot/src/NodeManager/NodeManager.csproj" --no-build --configuration $Configuration --nologo --verbosity quiet --output $OutputFolder `
        "-p:PackedModule=$folder" "-p:PackageTags=$($tags -join ' ')" "-p:PackageVersion=$version" "-p:Description=$($manifest.Description -replace '[;,]', { [uri]::HexEscape($_.Value[0]) })" | Out-Host
    Get-Item $folder, "$OutputFolder/NodeManager.$version.nupkg"
}

# True if every assembly was compiled after the last of them was built: code of one is also in others.
function Test-NativeCode([string] $Folder) {
    $portable = @(Get-Item "$Folder/*.dll" | Sort-Object LastWriteTime)
    $native = @(Get-Item "$Folder/*/*.dll" | Sort-Object LastWriteTime)
    $native.Count -eq $portable.Count -and $native[0].LastWriteTime -ge $portable[-1].LastWriteTime
}

# The server with its console, beside the module's own libraries. It needs the ASP.NET Core runtime, which the module does not.
function Publish-Server([string] $Folder) {
    $project = "$PSScriptRoot/src/NodeManager.Server"
    # What was built last, if nothing is to be built.
    $built = $NoBuild ? (Get-Item "$project/bin/*/net*/NodeManager.Server.dll" | Sort-Object LastWriteTime | Select-Object -Last 1) : $null
    if ($NoBuild -and -not $built) { throw 'NodeManager.Server is not built.' }
    $how = $NoBuild ? @('--no-build', '--configuration', $built.Directory.Parent.Name) : @('--configuration', $Configuration)
    $wanted = $env:NODEMANAGER_CONSOLE
    if (-not $wanted) { $env:NODEMANAGER_CONSOLE = '1' }
    try {
        Invoke-DotNet publish "$project/NodeManager.Server.csproj" @how --nologo --verbosity minimal --output $Folder '-p:UseAppHost=false' '-p:IsTransformWebConfigDisabled=true' `
            '-p:PublishDocumentationFiles=false' '-p:PublishReferencesDocumentationFiles=false' '-p:CopyOutputSymbolsToPublishDirectory=false' '-p:SatelliteResourceLanguages=en' | Out-Host
        # Symbols of referenced projects, and what serves static files, which the console is not.
        Get-ChildItem $Folder -Recurse -Include *.pdb, *.staticwebassets.endpoints.json | Remove-Item
    }
    finally { $env:NODEMANAGER_CONSOLE = $wanted }
    if (-not (Test-Path "$Folder/console/index.html")) {
        Write-Warning 'The module is packed without the web console, which needs Node.js 20.19 or newer to build. Its server shows a small page instead.'
    }
}

# What of others the module carries, as CycloneDX: the packages of the lock files whose assemblies are in it, and those that the console is bundled from.
function New-BillOfMaterials([string] $Folder, [string] $Version) {
    $packages = foreach ($project in @{ Name = 'NodeManager'; Place = 'bin/lib' }, @{ Name = 'NodeManager.Server'; Place = 'bin/server' }) {
        $lock = Get-Content "$PSScriptRoot/src/$($project.Name)/packages.lock.json" -Raw | ConvertFrom-Json -AsHashtable
        @($lock.dependencies.Values)[0].GetEnumerator() | Where-Object { $_.Value.type -ne 'Project' -and (Test-Path "$Folder/$($project.Place)/$($_.Key).dll") }
    }
    $components = foreach ($package in $packages | Sort-Object Key -Unique) {
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
            licenses = @(@{ license = @{ id = $package.Key -like 'ModelContextProtocol*' ? 'Apache-2.0' : 'MIT' } })
        }
    }
    $components = @($components) + @(if (Test-Path "$Folder/bin/server/console/index.html") { Get-ConsoleComponent })
    [ordered]@{
        bomFormat   = 'CycloneDX'
        specVersion = '1.6'
        version     = 1
        metadata    = [ordered]@{ component = [ordered]@{ type = 'library'; name = 'NodeManager'; version = $Version; licenses = @(@{ license = @{ id = 'MIT' } }) } }
        components  = @($components)
    } | ConvertTo-Json -Depth 9 | Set-Content "$Folder/bom.cdx.json"
}

# The libraries that the console is bundled from, with all that they need.
function Get-ConsoleComponent {
    $all = (Get-Content "$PSScriptRoot/src/NodeManager.Console/package-lock.json" -Raw | ConvertFrom-Json -AsHashtable).packages
    $queue = [Collections.Generic.Queue[string]]::new([string[]] ('svelte', 'bits-ui', 'uplot'))
    $seen = [Collections.Generic.SortedSet[string]]::new([StringComparer]::Ordinal)
    while ($queue.Count) {
        $name = $queue.Dequeue()
        $package = $all["node_modules/$name"]
        # Types alone are not in a bundle.
        if (-not $package -or $name -like '@types/*' -or -not $seen.Add($name)) { continue }
        foreach ($kind in 'dependencies', 'peerDependencies') { foreach ($one in @($package[$kind]?.Keys)) { if ($one) { $queue.Enqueue($one) } } }
    }
    foreach ($name in $seen) {
        $package = $all["node_modules/$name"]
        $purl = "pkg:npm/$($name -replace '^@', '%40')@$($package.version)"
        [ordered]@{
            type = 'library'; 'bom-ref' = $purl; name = $name; version = $package.version; purl = $purl
            hashes = @([ordered]@{ alg = 'SHA-512'; content = [Convert]::ToHexStringLower([Convert]::FromBase64String($package.integrity -replace '^sha512-')) })
            # One has it in a file only.
            licenses = @(@{ license = @{ id = $package['license'] ?? 'MIT' } })
        }
    }
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

# A large and busy cluster, the console in Chromium, hundreds of event streams, and every flow of the console in both themes and languages.
function Invoke-Soak {
    $variables = @{
        NODEMANAGER_CONSOLE = '1'; NODEMANAGER_FLOWS_ALL = '1'; NODEMANAGER_SOAK = "$SoakMinutes"; NODEMANAGER_SOAK_NODES = "$SoakNodes"; NODEMANAGER_SERVER_KILLS = '20'
    }
    $before = @{}
    foreach ($name in $variables.Keys) { $before[$name] = [Environment]::GetEnvironmentVariable($name); [Environment]::SetEnvironmentVariable($name, $variables[$name]) }
    try {
        Invoke-DotNet test "$PSScriptRoot/tests/NodeManager.Server.Tests" --configuration $Configuration --nologo --logger 'console;verbosity=detailed' --filter 'FullyQualifiedName~Console|FullyQualifiedName~Many_streams'
        Invoke-DotNet test "$PSScriptRoot/tests/Conformance" --configuration $Configuration --nologo --logger 'console;verbosity=detailed' --filter 'FullyQualifiedName~After_server_kills'
    }
    finally { foreach ($name in $before.Keys) { [Environment]::SetEnvironmentVariable($name, $before[$name]) } }
    "Figures and pictures are in $PSScriptRoot/src/NodeManager.Console/obj/soak."
}

# The packed module is what users have: with code compiled for this platform.
function Invoke-Bench {
    $folder = @(Invoke-Pack)[0]
    Invoke-DotNet run --configuration Release --project "$PSScriptRoot/bench" -- --module (Join-Path $folder.FullName 'NodeManager.psd1') @BenchArgument
}

foreach ($name in $Task) { & "Invoke-$name" }
