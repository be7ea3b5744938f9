BeforeAll {
    $module = (Resolve-Path "$PSScriptRoot/../../NodeManager.psd1").Path
    Import-Module $module -Force
    $session = Connect-NodeManager -Sandbox
    # One that is drained and one that a budget holds.
    $results = Invoke-NodeDrain worker-1c-01, worker-1b-01 -DeleteEmptyDirData -Timeout 8s -Confirm:$false -Reason 'OPS-1 <b>' -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
}

AfterAll { Disconnect-NodeManager -Session $session }

Describe 'Export-NodeDrainReport' {
    It 'writes one page of all that comes through the pipeline' {
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

    It 'hands the results on with -PassThru' {
        $passed = $results | Export-NodeDrainReport (Join-Path $TestDrive passed.html) -PassThru
        $passed.Node | Should -Be $results.Node
    }

    It 'goes by the current location' {
        Push-Location $TestDrive
        try { $results[0] | Export-NodeDrainReport here.html } finally { Pop-Location }
        Join-Path $TestDrive here.html | Should -Exist
    }

    It 'writes nothing with -WhatIf' {
        $results | Export-NodeDrainReport (Join-Path $TestDrive never.html) -WhatIf
        Join-Path $TestDrive never.html | Should -Not -Exist
    }

    It 'replaces what is there, unless it must not' {
        $file = New-Item (Join-Path $TestDrive old.html) -Value 'old'
        $results | Export-NodeDrainReport $file -NoClobber -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'ReportExists,*'
        Get-Content $file | Should -Be 'old'
        $results | Export-NodeDrainReport $file
        Get-Content $file -TotalCount 1 | Should -Be '<!DOCTYPE html>'
    }

    It 'writes over a file that may only be read when forced' {
        $file = New-Item (Join-Path $TestDrive readonly.html) -Value 'old'
        $file.IsReadOnly = $true
        $results | Export-NodeDrainReport $file -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'ReportNotWritten,*'
        $results | Export-NodeDrainReport $file -Force
        Get-Content $file -TotalCount 1 | Should -Be '<!DOCTYPE html>'
    }

    It 'says of a folder that is not there that the file cannot be written' {
        $results | Export-NodeDrainReport (Join-Path $TestDrive no/where.html) -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'ReportNotWritten,*'
        $failures[0].TargetObject | Should -BeLike '*where.html'
    }
}

Describe 'A drain result on its way elsewhere' {
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

    It 'is one flat row a pod in CSV' {
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

    It 'reads well as a list' {
        $text = $results | Where-Object Status -eq TimedOut | Format-List | Out-String -Width 200
        $text | Should -Match 'Reason\s+: OPS-1 <b>'
        $text | Should -Match 'Blockers\s+: Budget payments/ledger: '
        $text | Should -Not -Match 'NodeManager\.'
        $results.Pods | Select-Object -First 1 | Format-List | Out-String | Should -Match 'Outcome'
    }
}
