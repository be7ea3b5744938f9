BeforeAll {
    $root = (Resolve-Path "$PSScriptRoot/../..").Path
    $manifestPath = Join-Path $root 'NodeManager.psd1'

    # A build, and an import, deserves a process of its own: the first DLL of a name stays for the life of a process.
    function Invoke-Fresh([string] $Script) {
        $env:NODEMANAGER_TEST_MODULE = $manifestPath
        $text = & ([Environment]::ProcessPath) -NoProfile -NonInteractive -Command $Script
        $LASTEXITCODE | Should -Be 0 -Because ($text -join "`n")
        $text
    }
}

Describe 'The manifest' {
    BeforeAll {
        $manifest = Test-ModuleManifest $manifestPath -ErrorAction Stop
        $data = Import-PowerShellDataFile $manifestPath
    }

    It 'is valid' {
        $manifest.Version | Should -Be ([version] $data.ModuleVersion)
    }

    It 'exports exactly the existing cmdlets' {
        $found = Invoke-Fresh @'
            Import-Module ([IO.Path]::Combine((Split-Path $env:NODEMANAGER_TEST_MODULE), 'bin', 'NodeManager.dll'))
            (Get-Command -Module NodeManager).Name | Sort-Object
'@
        $found | Should -Be ($data.CmdletsToExport | Sort-Object)
    }

    It 'lists without wildcards' {
        @($data.CmdletsToExport) + @($data.AliasesToExport) + @($data.FunctionsToExport) | Should -Not -Match '\*'
    }

    It 'names formats and types that exist' {
        $types = Import-PowerShellDataFile "$root/bin/NodeManager.Types.psd1"
        $files = @($data.FormatsToProcess) + @($data.NestedModules) + @($types.TypesToProcess + $types.RequiredAssemblies | ForEach-Object { "bin/$_" })
        $files | Should -HaveCount 5
        foreach ($file in $files) { Join-Path $root $file | Should -Exist }
    }

    It 'uses approved verbs and singular nouns' {
        $approved = (Get-Verb).Verb
        foreach ($name in $data.CmdletsToExport) {
            $verb, $noun = $name -split '-'
            $verb | Should -BeIn $approved
            $noun | Should -Not -Match '(?<!s|Statu)s$'
        }
    }
}

Describe 'The folder' {
    It 'keeps third-party assemblies out of the default load context' {
        (Get-ChildItem "$root/bin/*.dll").Name | Sort-Object | Should -Be @('NodeManager.Abstractions.dll', 'NodeManager.dll')
    }

    It 'contains neither PowerShell reference assemblies nor duplicates' {
        $private = (Get-ChildItem "$root/bin/lib/*.dll").Name
        $private | Should -Contain 'NodeManager.Core.dll'
        $private | Should -Not -Contain 'System.Management.Automation.dll'
        $private | Should -Not -Contain 'NodeManager.Abstractions.dll'
    }
}

Describe 'Importing' {
    It 'loads no private assembly' {
        Invoke-Fresh @'
            $env:KUBECONFIG = '/nowhere/at/all'
            Import-Module $env:NODEMANAGER_TEST_MODULE -ErrorAction Stop
            [AppDomain]::CurrentDomain.GetAssemblies().GetName().Name | Where-Object { $_ -like 'NodeManager*' -or $_ -eq 'YamlDotNet' } | Sort-Object
'@ | Should -Be @('NodeManager', 'NodeManager.Abstractions')
    }

    It 'is fast' {
        # The aim is 250 ms; processor time, and a multiple of it: what else the machine does is not the module's cost.
        $times = 1..3 | ForEach-Object {
            [double] (Invoke-Fresh @'
                $process = [Diagnostics.Process]::GetCurrentProcess()
                $before = $process.TotalProcessorTime
                Import-Module $env:NODEMANAGER_TEST_MODULE
                $process.Refresh()
                ($process.TotalProcessorTime - $before).TotalMilliseconds
'@)
        }
        ($times | Measure-Object -Minimum).Minimum | Should -BeLessThan 1000
    }

    It 'names no type and calls no method in a script, for which PowerShell would load its binders' {
        $scripts = (Import-PowerShellDataFile $manifestPath).NestedModules -like '*.psm1'
        $scripts | Should -Not -BeNullOrEmpty
        foreach ($script in $scripts) {
            $ast = [Management.Automation.Language.Parser]::ParseFile((Join-Path $root $script), [ref] $null, [ref] $null)
            $ast.FindAll({ $args[0] -is [Management.Automation.Language.TypeExpressionAst] -or $args[0] -is [Management.Automation.Language.MemberExpressionAst] }, $true) |
                Should -BeNullOrEmpty
        }
    }

    It 'registers the public types' {
        Invoke-Fresh 'Import-Module $env:NODEMANAGER_TEST_MODULE; [NodeManager.ClusterNode].FullName; [NodeManager.NodeTaint].FullName' |
            Should -Be @('NodeManager.ClusterNode', 'NodeManager.NodeTaint')
    }

    It 'can be repeated after a removal, which ends the sessions' {
        Invoke-Fresh @'
            Import-Module $env:NODEMANAGER_TEST_MODULE
            $first = Connect-NodeManager -Sandbox
            Remove-Module NodeManager
            $first.State
            Import-Module $env:NODEMANAGER_TEST_MODULE
            $second = Connect-NodeManager -Sandbox
            $second.State
            @(Get-ClusterNode).Count -gt 0
'@ | Should -Be @('Disconnected', 'Connected', 'True')
    }

    It 'works with a prefix' {
        Invoke-Fresh 'Import-Module $env:NODEMANAGER_TEST_MODULE -Prefix K8s; (Get-Command Get-K8sClusterNode).Noun' | Should -Be 'K8sClusterNode'
    }

    It 'works next to a module with another version of YamlDotNet' {
        $other = @(
            (Get-Module -ListAvailable Microsoft.PowerShell.PlatyPS | ForEach-Object { Join-Path $_.ModuleBase 'Dependencies/YamlDotNet.dll' })
            (Get-ChildItem (Join-Path $HOME '.nuget/packages/yamldotnet/*/lib/net*/YamlDotNet.dll') -ErrorAction Ignore).FullName
        ) | Where-Object { $_ -and (Test-Path $_) } |
            Where-Object { [Reflection.AssemblyName]::GetAssemblyName($_).Version.Major -ne 16 } | Select-Object -First 1
        if (-not $other) { Set-ItResult -Skipped -Because 'no other version of YamlDotNet is on this machine'; return }

        $env:NODEMANAGER_TEST_YAML = $other
        Invoke-Fresh @'
            $null = [Reflection.Assembly]::LoadFrom($env:NODEMANAGER_TEST_YAML)
            Import-Module $env:NODEMANAGER_TEST_MODULE -ErrorAction Stop
            $broken = New-TemporaryFile
            Set-Content $broken "apiVersion: v1`nkind: Config`nclusters: [`n"
            try { Connect-NodeManager -Kubeconfig $broken } catch { $_.FullyQualifiedErrorId -split ',' | Select-Object -First 1 }
            Remove-Item $broken
            @([AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -eq 'YamlDotNet' } | ForEach-Object { $_.GetName().Version.Major } | Sort-Object -Unique).Count
            (Connect-NodeManager -Sandbox).State
'@ | Should -Be @('KubeconfigInvalid', '2', 'Connected')
    }

    It 'does not prevent another module from loading: PlatyPS' {
        if (-not (Get-Module -ListAvailable Microsoft.PowerShell.PlatyPS)) { Set-ItResult -Skipped -Because 'PlatyPS is not installed'; return }
        Invoke-Fresh @'
            Import-Module $env:NODEMANAGER_TEST_MODULE
            $null = Connect-NodeManager -Sandbox
            Import-Module Microsoft.PowerShell.PlatyPS -ErrorAction Stop
            (New-CommandHelp (Get-Command Get-ClusterNode)).Title
'@ | Should -Be 'Get-ClusterNode'
    }

    It 'is refused from <Name>, also after the first copy was removed' -ForEach @(
        @{ Name = 'another folder'; Version = $null }
        @{ Name = 'another folder with another version'; Version = '9.9.9' }
    ) {
        $other = Join-Path $TestDrive ([guid]::NewGuid()) NodeManager
        $null = New-Item -ItemType Directory $other
        Copy-Item -Recurse $manifestPath, "$root/bin" $other
        if ($Version) {
            $text = (Get-Content "$other/NodeManager.psd1" -Raw) -replace "(?m)(?<=^ +ModuleVersion += ').*(?=')", $Version
            Set-Content "$other/NodeManager.psd1" $text
        }

        $env:NODEMANAGER_TEST_OTHER = "$other/NodeManager.psd1"
        $said = Invoke-Fresh @'
            function Test-Import { try { Import-Module $env:NODEMANAGER_TEST_OTHER -ErrorAction Stop; 'imported' } catch { $_.FullyQualifiedErrorId, "$_", $_.ErrorDetails.RecommendedAction } }
            Import-Module $env:NODEMANAGER_TEST_MODULE
            Test-Import
            Remove-Module NodeManager
            (Test-Import)[0]
            Import-Module $env:NODEMANAGER_TEST_MODULE
            1 | ForEach-Object -Parallel { Import-Module $env:NODEMANAGER_TEST_MODULE; (Get-Module NodeManager).ModuleBase }
            (Connect-NodeManager -Sandbox).State
'@
        $said[0] | Should -BeExactly 'ModuleAlreadyLoaded,Microsoft.PowerShell.Commands.ImportModuleCommand'
        $said[1] | Should -BeExactly "Cannot import module NodeManager from '$other': this process has already loaded it from '$root'."
        $said[2] | Should -Match 'start a new PowerShell process'
        $said[3] | Should -BeExactly $said[0]
        $said[4] | Should -BeExactly $root
        $said[5] | Should -BeExactly Connected
    }

    It 'is the same copy behind a link to <Name>' -ForEach @(
        @{ Name = 'its folder'; Folders = @('') }
        @{ Name = 'its assemblies'; Folders = @('bin', 'en-US') }
    ) {
        $link = Join-Path $TestDrive ([guid]::NewGuid()) NodeManager
        $null = New-Item -ItemType Directory ($Folders[0] ? $link : (Split-Path $link))
        if ($Folders[0]) { Copy-Item $manifestPath $link }
        foreach ($folder in $Folders) {
            $null = New-Item -ItemType ($IsWindows ? 'Junction' : 'SymbolicLink') -Path (Join-Path $link $folder).TrimEnd('/\') -Target (Join-Path $root $folder).TrimEnd('/\')
        }

        $env:NODEMANAGER_TEST_OTHER = "$link/NodeManager.psd1"
        Invoke-Fresh @'
            Import-Module $env:NODEMANAGER_TEST_MODULE
            1 | ForEach-Object -Parallel { Import-Module $env:NODEMANAGER_TEST_OTHER -ErrorAction Stop; (Get-Module NodeManager).Count }
'@ | Should -Be '1'
    }

    It 'can be imported by each runspace of ForEach-Object -Parallel' {
        Invoke-Fresh @'
            Import-Module $env:NODEMANAGER_TEST_MODULE
            $session = Connect-NodeManager -Sandbox
            $counts = 1..8 | ForEach-Object -Parallel { Import-Module $env:NODEMANAGER_TEST_MODULE; @(Get-ClusterNode -Session $using:session).Count } -ThrottleLimit 4
            @($counts | Sort-Object -Unique).Count
            $session.State
'@ | Should -Be @('1', 'Connected')
    }
}
