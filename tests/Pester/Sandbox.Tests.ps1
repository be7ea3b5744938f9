BeforeAll {
    Import-Module "$PSScriptRoot/../../NodeManager.psd1" -Force
}

AfterAll {
    Get-NodeManagerSession | Disconnect-NodeManager
}

Describe 'Faults of the embedded cluster' {
    BeforeAll {
        $session = Connect-NodeManager -Sandbox -SandboxNodes 6 -SandboxSpeed 60
        $node = (Get-ClusterNode -Session $session -Role worker)[0].Name
        # At this speed a busy machine may let the heartbeats of a moment go by.
        Wait-ClusterNode $node -For Ready -Session $session -Timeout 30m
    }

    AfterEach {
        Get-SandboxFault -Session $session | Clear-SandboxFault
    }

    It 'powers a node off and on' {
        Set-SandboxFault NodeDown $node -Session $session
        Wait-ClusterNode $node -For NotReady -Session $session -Timeout 30m
        $fault = Get-SandboxFault -Session $session
        $fault | Should -BeOfType ([NodeManager.SandboxFault])
        $fault.Name, $fault.Kind, $fault.State, $fault.Hits | Should -Be 'NodeDown-1', 'NodeDown', 'Active', 1
        Clear-SandboxFault NodeDown-1 -Session $session
        Wait-ClusterNode $node -For Ready -Session $session -Timeout 30m
        Get-SandboxFault -Session $session | Should -BeNullOrEmpty
    }

    It 'warns about missing nodes' {
        $null = Set-SandboxFault NodeSlow worker-9z-99, worker-* -Name typo -Session $session -WarningVariable said -WarningAction SilentlyContinue
        Clear-SandboxFault typo -Session $session
        $said.Message | Should -BeLike "Node 'worker-9z-99' does not exist*"
    }

    It 'starts a fault at its time, in cluster time' {
        $fault = Set-SandboxFault ApiError -At 1h -For 10m -Percent 50 -Seed 3 -Session $session -PassThru
        $fault.State | Should -Be 'Waiting'
        $fault.EndsAt - $fault.StartsAt | Should -Be ([timespan] '00:10:00')
        (Set-SandboxFault ApiError -Name then -At '2099-01-01T00:00Z' -Session $session -PassThru).StartsAt.Year | Should -Be 2099
    }

    It 'answers requests with errors, and reports how many' {
        Set-SandboxFault ApiError -Verb list -Name broken -Session $session
        { Get-ClusterNode -Session $session -ErrorAction Stop } | Should -Throw -ErrorId 'ServerError*'
        (Get-SandboxFault broken -Session $session).Hits | Should -BeGreaterThan 0
    }

    It 'replaces a fault of the same name' {
        Set-SandboxFault ApiError -Name one -At 1h -Session $session
        Set-SandboxFault ApiSlow -Name ONE -At 1h -Session $session
        @(Get-SandboxFault -Session $session).Kind | Should -Be 'ApiSlow'
    }

    It 'asks for confirmation before the first change' {
        Set-SandboxFault NodeDown -Session $session -WhatIf
        Get-SandboxFault -Session $session | Should -BeNullOrEmpty
        Set-SandboxFault ApiError -At 1h -Session $session
        Clear-SandboxFault * -Session $session -WhatIf
        @(Get-SandboxFault -Session $session).Count | Should -Be 1
    }

    It 'ends all faults without a name, and none for an empty pipeline' {
        Set-SandboxFault ApiError -Name one -At 1h -Session $session
        Set-SandboxFault ApiSlow -Name two -At 1h -Session $session
        Get-SandboxFault -Session $session | Where-Object State -eq Ended | Clear-SandboxFault -Session $session
        @(Get-SandboxFault -Session $session).Count | Should -Be 2
        Clear-SandboxFault -Session $session
        Get-SandboxFault -Session $session | Should -BeNullOrEmpty
    }

    It 'names invalid parameters' {
        { Set-SandboxFault Meteor -Session $session } | Should -Throw -ErrorId 'SandboxFaultInvalid*'
        { Clear-SandboxFault nobody -Session $session -ErrorAction Stop } | Should -Throw -ErrorId 'SandboxFaultNotFound*'
        { Get-SandboxFault nobody -Session $session -ErrorAction Stop } | Should -Throw -ErrorId 'SandboxFaultNotFound*'
    }

    It 'completes kinds, nodes and names' {
        Set-SandboxFault ApiError -Name storm -At 1h -Session $session
        (TabExpansion2 'Set-SandboxFault NodeD').CompletionMatches.CompletionText | Should -Contain 'NodeDown'
        (TabExpansion2 'Clear-SandboxFault st').CompletionMatches.CompletionText | Should -Contain 'storm'
        (TabExpansion2 "Set-SandboxFault NodeDown $($node.Substring(0, 5))").CompletionMatches.CompletionText | Should -Contain $node
    }

    It 'refuses a cluster that is not embedded in this process' {
        $served = Connect-NodeManager -Sandbox -SandboxNodes 1 -SandboxPort 0
        $other = Connect-NodeManager -Kubeconfig $served.KubeconfigPath
        { Set-SandboxFault ApiError -Session $other } | Should -Throw -ErrorId 'NotASandbox*'
        Disconnect-NodeManager $other, $served
        Select-NodeManagerSession $session
    }

    It 'shows a table that fits 80 columns' {
        Set-SandboxFault PodNeverEnds -Namespace shop -Percent 50 -At 10m -Session $session
        $lines = (Get-SandboxFault -Session $session | Out-String -Width 80).Split("`n").TrimEnd()
        $lines | Where-Object Length -gt 80 | Should -BeNullOrEmpty
        ($lines -join "`n") | Should -Match 'PodNeverEnds-1\s+.*Waiting.*50 % of in shop'
    }
}

Describe 'Copies and saved states' {
    BeforeAll {
        $source = Connect-NodeManager -Sandbox -SandboxSpeed 60
        function Get-Place($Session) { Get-NodePod -Session $Session | ForEach-Object { "$($_.NodeName) $($_.Namespace)/$($_.Name) $($_.Phase)" } | Sort-Object }
    }

    It 'copies a connected cluster, and does not change it' {
        $before = Get-Place $source
        $copy = New-Sandbox -From $source -SandboxSpeed 60
        $copy.Cluster | Should -BeLike 'sandbox*-copy*'
        (Get-NodeManagerSession -Current).Id | Should -Be $copy.Id
        Get-Place $copy | Should -Be $before
        (Get-ClusterNode -Session $copy).Status | Should -Be (Get-ClusterNode -Session $source).Status
        $node = (Get-ClusterNode -Session $copy -Name gpu-1a-01)
        (Invoke-NodeDrain -InputObject $node -Timeout 1h -Confirm:$false).Status | Should -Be 'Drained'
        Get-Place $source | Should -Be $before
        Disconnect-NodeManager $copy
    }

    It 'takes the session from the pipeline, and asks before it copies' {
        $source | New-Sandbox -WhatIf | Should -BeNullOrEmpty
        New-Sandbox -WhatIf | Should -BeNullOrEmpty
    }

    It 'creates a seeded cluster without a source' {
        $own = New-Sandbox -Nodes 3 -Seed 4 -Version 1.30
        $own.ServerVersion | Should -BeLike 'v1.30*'
        @(Get-ClusterNode -Session $own).Count | Should -Be 3
        Disconnect-NodeManager $own
    }

    It 'refuses another size for a copy' {
        { New-Sandbox -From $source -SandboxNodes 3 } | Should -Throw -ErrorId 'SandboxCopyInvalid*'
    }

    It 'saves a cluster and starts it again' {
        $path = Join-Path $TestDrive 'saved.sandbox'
        Export-Sandbox $path -Session $source
        { Export-Sandbox $path -Session $source -ErrorAction Stop } | Should -Throw -ErrorId 'SandboxFileExists*'
        (Export-Sandbox $path -Session $source -Force -PassThru).FullName | Should -Be (Get-Item $path).FullName
        $again = Import-Sandbox $path
        Get-Place $again | Should -Be (Get-Place $source)
        (Get-ClusterNode -Session $again)[0].Uid | Should -Be (Get-ClusterNode -Session $source)[0].Uid
        Disconnect-NodeManager $again
    }

    It 'reports an invalid file' {
        $path = Join-Path $TestDrive 'damaged.sandbox'
        Set-Content $path 'not this'
        { Import-Sandbox $path } | Should -Throw -ErrorId 'SandboxFileDamaged*'
        { Import-Sandbox (Join-Path $TestDrive 'nowhere') } | Should -Throw -ErrorId 'SandboxFileNotFound*'
        { Export-Sandbox (Join-Path $TestDrive 'no/such/folder') -Session $source -ErrorAction Stop } | Should -Throw -ErrorId 'SandboxFileNotWritten*'
    }
}
