BeforeAll {
    $root = (Resolve-Path "$PSScriptRoot/../..").Path
    # The console is packed where it was built; packing fetches nothing here.
    $before = $env:NODEMANAGER_CONSOLE
    $env:NODEMANAGER_CONSOLE = $before ? $before : '0'
    $packed = & "$root/build.ps1" -Task Pack -NoBuild -OutputFolder $TestDrive -WarningAction SilentlyContinue
    $env:NODEMANAGER_CONSOLE = $before
    $folder = $packed | Where-Object PSIsContainer
    $package = $packed | Where-Object Extension -eq '.nupkg'
    $files = Get-ChildItem $folder -File -Recurse | ForEach-Object { [IO.Path]::GetRelativePath($folder, $_.FullName).Replace('\', '/') }
}

Describe 'The packed module' {
    It 'contains the files that a user needs' {
        foreach ($needed in 'NodeManager.psd1', 'LICENSE', 'THIRD-PARTY-NOTICES.md', 'README.md', 'deploy/rbac.yaml', 'bin/NodeManager.dll',
            'bin/NodeManager.Abstractions.dll', 'bin/lib/NodeManager.Core.dll', 'bin/server/NodeManager.Server.dll', 'bin/server/NodeManager.Server.runtimeconfig.json', 'bin/lib/YamlDotNet.dll', 'en-US/NodeManager.dll-Help.xml', 'en-US/about_NodeManager.help.txt', 'docs/reference/nodemanager.schema.json') {
            $files | Should -Contain $needed
        }
    }

    It 'contains no other file' {
        $files | Where-Object { $_ -notmatch '^(NodeManager\.psd1|LICENSE|bom\.cdx\.json|[A-Z_-]+\.md|(bench|tests)/README\.md|bench/CHANGELOG\.md|bench/results/.+\.(md|svg|json)|docs/.+\.(md|svg|png|webp|json|yaml)|deploy/.+\.yaml|deploy/monitoring/(rules\.yml|dashboard\.json)|deploy/Containerfile|en-US/.+\.(xml|txt)|bin/.+\.(dll|ps1xml)|bin/NodeManager\.((Guard|SecondCopy)\.psm1|Types\.psd1)|bin/server/NodeManager\.Server\.(deps|runtimeconfig)\.json|bin/server/console/.+)$' } | Should -BeNullOrEmpty
        $files | Should -Not -Contain 'bin/System.Management.Automation.dll'
        $files | Should -Not -Contain 'bin/lib/NodeManager.Abstractions.dll'
    }

    It 'contains the targets of all links in its pages' {
        # One assertion: a thousand of them take ten seconds.
        $broken = foreach ($page in $files -like '*.md') {
            # Casts in code, such as [int]($x), are no links.
            $text = (Get-Content (Join-Path $folder $page) -Raw) -replace '(?sm)^ *```.*?^ *```'
            foreach ($link in [regex]::Matches($text, '\]\((?!https?:|mailto:|#)(?<path>[^)#\s]+)').ForEach{ $_.Groups['path'].Value }) {
                if (-not [IO.Path]::Exists([IO.Path]::Combine($folder, [IO.Path]::GetDirectoryName($page), $link))) { "$page links to $link" }
            }
        }
        $broken | Should -BeNullOrEmpty
    }

    It 'is a package with the same files, a description of itself and the commands as tags' {
        $archive = [IO.Compression.ZipFile]::OpenRead($package.FullName)
        try {
            $names = [Collections.Generic.HashSet[string]] $archive.Entries.FullName
            $files.Where{ -not $names.Contains($_) } | Should -BeNullOrEmpty
            $reader = [IO.StreamReader]::new($archive.GetEntry('NodeManager.nuspec').Open())
            $description = [xml] $reader.ReadToEnd()
            $reader.Dispose()
        }
        finally { $archive.Dispose() }
        $description.package.metadata.id | Should -Be 'NodeManager'
        $description.package.metadata.version | Should -Be $folder.Name
        $description.package.metadata.tags | Should -BeLike '*PSModule*PSCmdlet_Invoke-NodeDrain*'
    }

    It 'lists third-party components with version and hash' {
        $bill = Get-Content (Join-Path $folder 'bom.cdx.json') -Raw | ConvertFrom-Json
        $bill.bomFormat | Should -Be 'CycloneDX'
        $bill.metadata.component.version | Should -Be $folder.Name
        # Every assembly that is not our own, and nothing that does not ship.
        $foreign = $files -match '^bin/(lib|server)/[^/]+\.dll$' -replace '^bin/(lib|server)/|\.dll$' -notlike 'NodeManager.*' | Sort-Object -Unique
        $assemblies = $bill.components | Where-Object purl -like 'pkg:nuget/*'
        $assemblies.name | Sort-Object | Should -Be $foreign
        [bool] ($bill.components | Where-Object purl -like 'pkg:npm/svelte@*') | Should -Be ($files -contains 'bin/server/console/index.html')
        foreach ($component in $assemblies) {
            $component.purl | Should -Be "pkg:nuget/$($component.name)@$($component.version)"
            $component.hashes[0].content | Should -Match '^[0-9a-f]{128}$'
            $component.licenses.license.id | Should -Be ($component.name -like 'ModelContextProtocol*' ? 'Apache-2.0' : 'MIT')
            Get-Content "$root/THIRD-PARTY-NOTICES.md" -Raw | Should -BeLike "*| $($component.name) |*"
            $assembly = [Reflection.AssemblyName]::GetAssemblyName((Get-Item "$folder/bin/*/$($component.name).dll" | Select-Object -First 1).FullName)
            ([version] $component.version).Major | Should -Be $assembly.Version.Major
        }
    }

    It 'works from its folder, in a new PowerShell process' {
        $nodes = & ([Environment]::ProcessPath) -NoProfile -NonInteractive -Command {
            param($module)
            Import-Module $module
            $null = Connect-NodeManager -Sandbox
            (Get-ClusterNode).Count
        } -args (Join-Path $folder 'NodeManager.psd1')
        $nodes | Should -Be 12
    }

    It 'starts its server from its folder' {
        $said = & ([Environment]::ProcessPath) -NoProfile -NonInteractive -Command {
            param($module)
            Import-Module $module
            $null = Connect-NodeManager -Sandbox -SandboxNodes 5
            $server = Start-NodeManagerServer -Port 0 -InformationAction Ignore
            "$(Invoke-RestMethod "$server/healthz") $((Invoke-WebRequest "$server/").StatusCode)"
            $server | Stop-NodeManagerServer
        } -args (Join-Path $folder 'NodeManager.psd1')
        $said | Should -Be 'ok 200'
    }

    It 'loads assemblies compiled for this platform, or portable ones' {
        $platform = [Runtime.InteropServices.RuntimeInformation]::RuntimeIdentifier
        if (-not (Test-Path "$folder/bin/lib/$platform")) {
            Set-ItResult -Skipped -Because "the compiler's package for $platform is not available"
            return
        }

        $elsewhere = New-Item -ItemType Directory (Join-Path $TestDrive 'elsewhere')
        Copy-Item "$folder/NodeManager.psd1", "$folder/bin" $elsewhere -Recurse
        Rename-Item "$elsewhere/bin/lib/$platform" 'another-platform'
        foreach ($case in @{ Copy = $folder; From = "bin/lib/$platform" }, @{ Copy = $elsewhere.FullName; From = 'bin/lib' }) {
            $loaded = & ([Environment]::ProcessPath) -NoProfile -NonInteractive -Command {
                param($module)
                Import-Module $module
                $null = Connect-NodeManager -Sandbox
                [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -eq 'NodeManager.Core' } | ForEach-Object Location
            } -args (Join-Path $case.Copy 'NodeManager.psd1')
            [IO.Path]::GetRelativePath($case.Copy, $loaded).Replace('\', '/') | Should -Be "$($case.From)/NodeManager.Core.dll"
        }
    }

    It 'installs from a folder of packages' {
        if (-not (Get-Module Microsoft.PowerShell.PSResourceGet -ListAvailable)) {
            Set-ItResult -Skipped -Because 'Microsoft.PowerShell.PSResourceGet is not installed'
            return
        }

        $repository = "NodeManagerTest$PID"
        $target = New-Item -ItemType Directory (Join-Path $TestDrive 'installed')
        Register-PSResourceRepository -Name $repository -Uri $package.DirectoryName -Trusted
        try {
            Save-PSResource NodeManager -Repository $repository -Path $target -SkipDependencyCheck
        }
        finally { Unregister-PSResourceRepository -Name $repository }

        $installed = Get-ChildItem $target -Recurse -Filter NodeManager.psd1
        $nodes = & ([Environment]::ProcessPath) -NoProfile -NonInteractive -Command {
            param($module)
            Import-Module $module
            $null = Connect-NodeManager -Sandbox
            (Get-ClusterNode).Count
        } -args $installed.FullName
        $nodes | Should -Be 12
    }
}
