BeforeAll {
    $module = "$PSScriptRoot/../../NodeManager.psd1"
    Import-Module $module -Force
    $session = Connect-NodeManager -Sandbox
    $node = (Get-ClusterNode -Status Ready)[0]
}

AfterAll {
    Get-NodeManagerSession | Disconnect-NodeManager
}

Describe 'Watch-ClusterNode' {
    It 'reports existing nodes, and ends at its timeout' {
        $changes = Watch-ClusterNode -IncludeExisting -Timeout 2
        ($changes | Where-Object Type -eq Added | Sort-Object Name -Unique).Count | Should -Be 12
        $changes | Should -BeOfType ([NodeManager.NodeChange])
    }

    It 'reports changes immediately, until the pipeline stops' {
        $job = Start-ThreadJob {
            Import-Module $using:module
            Watch-ClusterNode ($using:node).Name -Session $using:session -Timeout 5m |
                Where-Object { $_.Changes.Field -like 'Labels*' } | Select-Object -First 1
        }
        for ($i = 0; $i -lt 100 -and $job.State -ne 'Completed'; $i++) {
            Set-NodeLabel $node.Name -Label @{ watched = $i } -Overwrite
            $null = Wait-Job $job -Timeout 1
        }
        $change = Receive-Job $job -Wait -AutoRemoveJob
        $change.Type | Should -Be 'Modified'
        $change.Name | Should -Be $node.Name
        $change.Changes.Field | Should -Contain 'Labels[watched]'
    }
}

Describe 'Wait-ClusterNode' {
    It 'returns immediately if the condition is already met' {
        (Wait-ClusterNode $node.Name -For Ready -Timeout 5m -PassThru).Status | Should -Be 'Ready'
        Wait-ClusterNode $node.Name -For 'Ready=True' -Timeout 5m | Should -BeNullOrEmpty
    }

    It 'reports the state of the node at the timeout' {
        Wait-ClusterNode $node.Name -For NotReady -Timeout 0.2 -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'WaitTimeout,*'
        $failures[0].CategoryInfo.Category | Should -Be 'OperationTimeout'
        $failures[0].Exception.Message | Should -BeLike "*$($node.Name)*"
    }

    It 'observes the deletion of a node' {
        $own = Connect-NodeManager -Sandbox
        $leaving = (Get-ClusterNode)[0]
        $job = Start-ThreadJob { Import-Module $using:module; Wait-ClusterNode ($using:leaving).Name -For Deleted -Session $using:own -Timeout 5m; 'gone' }
        Unregister-ClusterNode $leaving.Name -IncludePod -Confirm:$false
        Receive-Job $job -Wait -AutoRemoveJob | Should -Be 'gone'
        Disconnect-NodeManager -Session $own
        Select-NodeManagerSession $session
    }

    It 'refuses an invalid condition' {
        Wait-ClusterNode $node.Name -For 'Happy ever after' -Timeout 1 -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'InvalidCondition,*'
    }
}

Describe 'Wait-ClusterNode over several nodes' {
    It 'waits for all of them concurrently, including those of a wildcard' {
        $ready = @(Get-ClusterNode -Status Ready).Count
        $never = @(Get-ClusterNode | Where-Object Status -ne Ready)[0].Name
        $never | Should -Not -BeNullOrEmpty
        $job = Start-ThreadJob {
            Import-Module $using:module
            $using:never, '*' | Wait-ClusterNode -For Ready -PassThru -Session $using:session
        }
        for ($i = 0; $i -lt 600 -and @(Receive-Job $job -Keep).Count -lt $ready; $i++) { Start-Sleep -Milliseconds 100 }
        @(Receive-Job $job -Keep).Name | Should -HaveCount $ready
        Remove-Job $job -Force
    }
}
