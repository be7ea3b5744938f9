BeforeAll {
    $module = (Resolve-Path "$PSScriptRoot/../../NodeManager.psd1").Path
    Import-Module $module -Force
    # A fast clock, held by what is under way: however busy the machine is, the budget is asked before the time is up.
    $session = Connect-NodeManager -Sandbox -SandboxSpeed 10
    # One that is drained and one that a budget holds.
    $results = Invoke-NodeDrain worker-1c-01, worker-1b-01 -DeleteEmptyDirData -Timeout 60s -Confirm:$false -Reason 'OPS-1 <b>' -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
}

AfterAll { Disconnect-NodeManager -Session $session }

Describe 'Export-NodeDrainReport' {
    It 'writes one page for all pipeline input' {
        $file = Join-Path $TestDrive page.html
        $results | Export-NodeDrainReport $file | Should -BeNullOrEmpty
        $page = Get-Content $file -Raw
        $page | Should -BeLike '<!DOCTYPE html>*'
        $page | Should -Not -BeLike '*<script*'
        $page | Should -Not -BeLike '*<b>*'
        foreach ($result in $results) { $page | Should -Match ([regex]::Escape($result.Node)) }
        $page | Should -Match 'payments/ledger'
        $page | Should -Match '<svg'
        @(Get-ChildItem $TestDrive -Filter *.tmp).Count | Should -Be 0
    }

    It 'returns the results with -PassThru' {
        $passed = $results | Export-NodeDrainReport (Join-Path $TestDrive passed.html) -PassThru
        $passed.Node | Should -Be $results.Node
    }

    It 'resolves paths from the current location' {
        Push-Location $TestDrive
        try { $results[0] | Export-NodeDrainReport here.html } finally { Pop-Location }
        Join-Path $TestDrive here.html | Should -Exist
    }

    It 'writes nothing with -WhatIf' {
        $results | Export-NodeDrainReport (Join-Path $TestDrive never.html) -WhatIf
        Join-Path $TestDrive never.html | Should -Not -Exist
    }

    It 'replaces an existing file, except with -NoClobber' {
        $file = New-Item (Join-Path $TestDrive old.html) -Value 'old'
        $results | Export-NodeDrainReport $file -NoClobber -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'ReportExists,*'
        Get-Content $file | Should -Be 'old'
        $results | Export-NodeDrainReport $file
        Get-Content $file -TotalCount 1 | Should -Be '<!DOCTYPE html>'
    }

    It 'overwrites a read-only file with -Force' {
        $file = New-Item (Join-Path $TestDrive readonly.html) -Value 'old'
        $file.IsReadOnly = $true
        $results | Export-NodeDrainReport $file -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'ReportNotWritten,*'
        $results | Export-NodeDrainReport $file -Force
        Get-Content $file -TotalCount 1 | Should -Be '<!DOCTYPE html>'
    }

    It 'reports a missing folder' {
        $results | Export-NodeDrainReport (Join-Path $TestDrive no/where.html) -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'ReportNotWritten,*'
        $failures[0].TargetObject | Should -BeLike '*where.html'
    }
}

Describe 'An exported drain result' {
    It 'has a timeline of steps that lie within the drain' {
        $drained = $results | Where-Object Status -eq Drained
        $drained.Timeline.Step | Should -Contain 'Cordon'
        $drained.Timeline.Step | Should -Contain 'Terminate'
        foreach ($step in $drained.Timeline) {
            $step.StartedAt | Should -BeGreaterOrEqual $drained.StartedAt
            $step.EndedAt | Should -BeGreaterOrEqual $step.StartedAt
            $step.EndedAt | Should -BeLessOrEqual $drained.EndedAt
        }
        $held = $results | Where-Object Status -eq TimedOut
        ($held.Timeline | Where-Object Step -eq Budget).Detail | Should -Contain 'payments/ledger'
    }

    It 'is one row per pod in CSV' {
        $file = Join-Path $TestDrive pods.csv
        $results.Pods | Export-Csv $file
        $rows = Import-Csv $file
        $rows.Count | Should -Be $results.Pods.Count
        $rows.Node | Sort-Object -Unique | Should -Be ($results.Node | Sort-Object)
        $rows.Cluster | Sort-Object -Unique | Should -Be $session.Cluster
        ($rows | Where-Object Outcome -eq Blocked).Budgets | Should -Be 'payments/ledger'
        foreach ($row in $rows) { $row.PSObject.Properties.Value | Should -Not -BeLike '*NodeManager.*' -Because $row.Name }
    }

    It 'loses nothing in JSON' {
        $warned = $null
        $copy = $results | ConvertTo-Json -Depth 6 -WarningVariable warned | ConvertFrom-Json
        $warned | Should -BeNullOrEmpty
        $copy.Count | Should -Be $results.Count
        foreach ($i in 0..($results.Count - 1)) {
            $names = $results[$i].PSObject.Properties.Name
            $copy[$i].PSObject.Properties.Name | Should -Be $names
            $copy[$i].Pods.Count | Should -Be $results[$i].Pods.Count
            $copy[$i].Pods.Outcome | Should -Be $results[$i].Pods.Outcome
            $copy[$i].Timeline.Count | Should -Be $results[$i].Timeline.Count
            $copy[$i].Blockers.Remedy | Should -Be $results[$i].Blockers.Remedy
            [timespan]::FromTicks($copy[$i].Duration.Ticks) | Should -Be $results[$i].Duration
        }
    }

    It 'keeps every string in JSON' {
        $json = $results | ConvertTo-Json -Depth 6
        $json | Should -BeExactly ($results | ConvertTo-Json -Depth 20)
        $json | ConvertFrom-Json -DateKind String | ConvertTo-Json -Depth 20 | Should -BeExactly $json
    }

    It 'is readable as a list' {
        $text = $results | Where-Object Status -eq TimedOut | Format-List | Out-String -Width 200
        $text | Should -Match 'Reason\s+: OPS-1 <b>'
        $text | Should -Match 'Blockers\s+: PDB payments/ledger: '
        $text | Should -Not -Match 'NodeManager\.'
        $results.Pods | Select-Object -First 1 | Format-List | Out-String | Should -Match 'Outcome'
    }
}

Describe 'A drain with EvictionRequests' {
    BeforeAll {
        $alpha = Connect-NodeManager -Sandbox -SandboxFeature EvictionRequest
        $asked = Invoke-NodeDrain worker-1c-01 -EvictionApi EvictionRequest -DeleteEmptyDirData -Timeout 5m -Confirm:$false -Session $alpha
        $evictor = 'imperative-eviction.k8s.io/evictor'
    }

    AfterAll { Disconnect-NodeManager -Session $alpha }

    It 'names the responders of each pod, also in JSON, CLIXML and CSV' {
        $asked.Status | Should -Be Drained
        $evicted = $asked.Pods | Where-Object { $_.Responders.Count -gt 0 }
        $evicted.Outcome | Sort-Object -Unique | Should -Be Evicted
        $evicted.Responders.Name | Sort-Object -Unique | Should -Be $evictor
        $json = $asked | ConvertTo-Json -Depth 6
        $json | Should -BeExactly ($asked | ConvertTo-Json -Depth 20)
        ($json | ConvertFrom-Json).Pods.Responders.Name | Should -Be $asked.Pods.Responders.Name
        $xml = Join-Path $TestDrive drain.xml
        $asked | Export-Clixml $xml
        (Import-Clixml $xml).Pods.Responders.State | Should -Be $asked.Pods.Responders.State
        $csv = Join-Path $TestDrive pods.csv
        $asked.Pods | Export-Csv $csv
        (Import-Csv $csv | Where-Object Uid -in $evicted.Uid).Responders | Should -BeLike "${evictor}: *"
    }

    It 'shows them in the page and in the list' {
        $file = Join-Path $TestDrive asked.html
        $asked | Export-NodeDrainReport $file
        Get-Content $file -Raw | Should -Match ([regex]::Escape("<bdi>$evictor</bdi>"))
        $asked.Pods | Where-Object { $_.Responders.Count -gt 0 } | Select-Object -First 1 | Format-List | Out-String -Width 200 | Should -Match "Responders\s+: $evictor"
        $asked.Pods.Responders | Select-Object -First 1 | Out-String -Width 80 | Should -Match 'State'
    }
}
