BeforeAll {
    $module = (Resolve-Path "$PSScriptRoot/../../NodeManager.psd1").Path
    Import-Module $module -Force
    $session = Connect-NodeManager -Sandbox

    # A script in a runspace of its own, which can be stopped as Ctrl-C stops it.
    function Start-Script([string] $Script) {
        $shell = [powershell]::Create()
        $null = $shell.AddScript("param(`$module, `$session) Import-Module `$module; $Script").AddArgument($module).AddArgument($session)
        [pscustomobject]@{ Shell = $shell; Call = $shell.BeginInvoke() }
    }
}

AfterAll {
    Get-NodeManagerSession | Disconnect-NodeManager
}

Describe 'A pipeline' {
    It 'ends after Select-Object -First, which stops upstream commands' {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        (Watch-ClusterNode -IncludeExisting -Timeout 300 | Select-Object -First 1).Type | Should -Be 'Added'
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 60
    }

    It 'returns results before all input is read' {
        $nodes = Get-ClusterNode -Status Ready | Select-Object -First 2
        $order = [Collections.Generic.List[string]]::new()
        & {
            $nodes[0]
            # Input that comes late, and until then the same again, which is nothing new.
            for ($i = 0; $i -lt 15000 -and -not $order.Count; $i++) { [Threading.Thread]::Sleep(20); $nodes[0] }
            $order.Add('late input')
            $nodes[1]
        } | Set-NodeLabel -Label @{ early = 'bird' } -PassThru | ForEach-Object { $order.Add($_.Name) }
        $order.IndexOf('late input') | Should -BeGreaterThan $order.IndexOf($nodes[0].Name)
        $order | Should -Contain $nodes[1].Name
    }

    It 'processes many nodes concurrently and loses none' {
        $large = Connect-NodeManager -Sandbox -SandboxNodes 300
        (Get-ClusterNode -Session $large | Set-NodeLabel -Label @{ many = 'yes' } -PassThru -ThrottleLimit 16).Count | Should -Be 300
        (Get-ClusterNode -Session $large -Selector many=yes).Count | Should -Be 300
        Disconnect-NodeManager -Session $large
        Select-NodeManagerSession $session
    }

    It 'stops at the first error with -ErrorAction Stop' {
        $failure = { 'ghost' | Set-NodeLabel -Label @{ a = 'b' } -ErrorAction Stop } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'NodeNotFound,*'
    }

    It 'reports the current object in the verbose stream' {
        $name = (Get-ClusterNode)[0].Name
        $said = Set-NodeLabel $name -Label @{ verbose = 'yes' } -Verbose 4>&1
        "$said" | Should -BeLike "*node '$name' in cluster '$($session.Cluster)'*"
    }

    It 'refuses objects without a node' {
        Get-ClusterStatistic | Suspend-NodeScheduling -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].CategoryInfo.Category | Should -Be 'InvalidArgument'
    }
}

Describe 'Ctrl-C' {
    It 'ends a watch immediately' {
        $script = Start-Script 'Watch-ClusterNode -Session $session -IncludeExisting'
        while ($script.Shell.InvocationStateInfo.State -ne 'Running') { [Threading.Thread]::Sleep(10) }
        [Threading.Thread]::Sleep(200)
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $script.Shell.Stop()
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 60
        $script.Shell.InvocationStateInfo.State | Should -Be 'Stopped'
        $script.Shell.Dispose()
    }

    It 'ends a wait without a timeout, and keeps the session' {
        $name = (Get-ClusterNode -Status Ready)[0].Name
        $script = Start-Script "Wait-ClusterNode '$name' -For NotReady -Session `$session"
        while ($script.Shell.InvocationStateInfo.State -ne 'Running') { [Threading.Thread]::Sleep(10) }
        [Threading.Thread]::Sleep(200)
        $script.Shell.Stop()
        $script.Shell.InvocationStateInfo.State | Should -Be 'Stopped'
        $script.Shell.Dispose()
        @(Get-ClusterNode -Session $session).Count | Should -Be 12
    }
}
