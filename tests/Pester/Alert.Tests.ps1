BeforeAll {
    Import-Module "$PSScriptRoot/../../NodeManager.psd1" -Force

    # The job's output, kept, once it holds what is wanted.
    function Wait-Alert([Management.Automation.Job] $Job, [scriptblock] $Where) {
        $end = [DateTime]::UtcNow.AddMinutes(3)
        while ([DateTime]::UtcNow -lt $end) {
            $found = @(Receive-Job $Job -Keep -WarningAction SilentlyContinue | Where-Object $Where)
            if ($found) { return $found }
            Start-Sleep -Milliseconds 100
        }
        throw "No such alert, but: $(Receive-Job $Job -Keep -WarningAction SilentlyContinue)"
    }

    function Wait-Until([scriptblock] $Holds, [string] $What) {
        $end = [DateTime]::UtcNow.AddMinutes(3)
        while (-not (& $Holds)) {
            if ([DateTime]::UtcNow -gt $end) { throw "$What did not happen" }
            Start-Sleep -Milliseconds 100
        }
    }
}

AfterAll { Get-NodeManagerSession | Disconnect-NodeManager }

Describe 'Start-NodeHealthMonitor' {
    BeforeAll {
        $session = Connect-NodeManager -Sandbox -SandboxSpeed 10
        $free = Get-ClusterNode -Status Ready -Selector '!node-role.kubernetes.io/control-plane' | Where-Object Unschedulable -EQ $false | ForEach-Object Name
        $node = $free[0]
    }

    AfterEach {
        Get-SandboxFault | Clear-SandboxFault
        Get-Job | Where-Object PSJobTypeName -EQ NodeHealthMonitor | Remove-Job -Force
    }

    AfterAll { Get-NodeManagerSession | Disconnect-NodeManager }

    It 'is a job that raises and resolves an alert' {
        $job = Start-NodeHealthMonitor $node -GroupBy None -Debounce 5s -JobName nodes
        $job | Should -BeOfType ([Management.Automation.Job])
        (Get-Job nodes).Id | Should -Be $job.Id
        (Get-Job nodes).PSJobTypeName | Should -Be NodeHealthMonitor
        $job.Location | Should -Be $session.Cluster
        Set-SandboxFault NodeProblem $node
        $raised = Wait-Alert $job { $_.Cause -eq 'KernelDeadlock' -and $_.Transition -eq 'Raised' }
        $raised.Count | Should -Be 1
        $raised[0] | Should -BeOfType NodeManager.NodeAlert
        $raised[0].Nodes | Should -Be $node
        (Get-NodeAlert $node -Status Firing).Id | Should -Be $raised[0].Id
        (Get-NodeAlert -Cause Kernel* -Severity Critical).Id | Should -Contain $raised[0].Id
        $job.StatusMessage | Should -Be '1 open alert'
        # An open alert lasts until it is listed, not until it was raised.
        $listed = Get-NodeAlert $node -Status Firing
        $listed.UpdatedAt | Should -Be $raised[0].UpdatedAt
        $listed.Duration | Should -BeGreaterThan $raised[0].Duration

        Get-SandboxFault | Clear-SandboxFault
        $resolved = Wait-Alert $job { $_.Transition -eq 'Resolved' }
        $resolved[0].Id | Should -Be $raised[0].Id
        $resolved[0].EndsAt | Should -BeGreaterThan $raised[0].StartsAt
        (Get-NodeAlert $node -Status Resolved).Id | Should -Contain $raised[0].Id
        # A receiver takes what it gets once.
        @(Receive-Job $job).Count | Should -Be 2
        @(Receive-Job $job).Count | Should -Be 0

        Wait-Job $job -Timeout 1 | Should -BeNullOrEmpty -Because 'it runs until it is stopped'
        Stop-Job $job
        (Wait-Job $job -Timeout 60).State | Should -Be Stopped
        $job.Error.Count | Should -Be 0
    }

    It 'reports each transition as an event of the job' {
        $job = Start-NodeHealthMonitor $node -GroupBy None -Debounce 1s
        $subscription = Register-ObjectEvent $job.Output DataAdded -SourceIdentifier alerts
        try {
            Set-SandboxFault NodeProblem $node
            $happened = Wait-Event alerts -Timeout 180
            $happened | Should -Not -BeNullOrEmpty
            $job.Output[$happened.SourceEventArgs.Index].Cause | Should -Be KernelDeadlock
        }
        finally {
            Unregister-Event alerts
            $subscription | Remove-Job -Force
            Get-Event alerts -ErrorAction Ignore | Remove-Event
        }
    }

    It 'marks alerts without an observer as unobserved' {
        $job = Start-NodeHealthMonitor $node -GroupBy None -Debounce 1s
        Set-SandboxFault NodeProblem $node
        $alert = Wait-Alert $job { $_.Transition -eq 'Raised' }
        Stop-Job $job
        $null = Wait-Job $job -Timeout 60
        (Get-NodeAlert | Where-Object Id -EQ $alert[0].Id).Status | Should -Be Unobserved
    }

    It 'runs a script block for each transition, and continues when it fails' {
        $file = Join-Path $TestDrive 'alerts.txt'
        $good = New-NodeAlertSink -Name good -ScriptBlock ([scriptblock]::Create("Add-Content '$file' `"`$(`$_.Cause) `$(`$_.Transition)`""))
        $bad = New-NodeAlertSink -Name bad -ScriptBlock { throw 'no' }
        $job = Start-NodeHealthMonitor $node -GroupBy None -Debounce 1s -Sink $good, $bad, (New-NodeAlertSink -Log)
        Set-SandboxFault NodeProblem $node
        $null = Wait-Alert $job { $_.Transition -eq 'Raised' }
        Wait-Until { (Test-Path $file) -and (Get-Content $file) -contains 'KernelDeadlock Raised' } 'the script block'
        Wait-Until { @($job.Warning) -match "Sink 'bad' did not accept" } 'the warning'
        Get-SandboxFault | Clear-SandboxFault
        $null = Wait-Alert $job { $_.Transition -eq 'Resolved' }
        Wait-Until { (Get-Content $file) -contains 'KernelDeadlock Resolved' } 'the script block'
        @(Get-Content $file) | Should -Be @('KernelDeadlock Raised', 'KernelDeadlock Resolved')
        Wait-Until { @($job.Verbose) -match '^Resolved alert .*KernelDeadlock' } 'the log'
        @(@($job.Verbose) -match '^Raised alert .*KernelDeadlock').Count | Should -Be 1
        $job.State | Should -Be Running
    }

    It 'continues its alerts with a state file' {
        $state = Join-Path $TestDrive 'state.jsonl'
        $job = Start-NodeHealthMonitor $node -GroupBy None -Debounce 1s -StatePath $state
        Set-SandboxFault NodeProblem $node
        $raised = Wait-Alert $job { $_.Transition -eq 'Raised' }
        $other = Start-NodeHealthMonitor $node -StatePath $state
        $null = Wait-Job $other -Timeout 60
        $other.State | Should -Be Failed
        $other.Error[0].FullyQualifiedErrorId | Should -BeLike 'AlertStateInUse*'
        Stop-Job $job
        $null = Wait-Job $job -Timeout 60

        $next = Start-NodeHealthMonitor $node -GroupBy None -Debounce 1s -StatePath $state
        Wait-Until { (Get-NodeAlert -Status Firing).Id -contains $raised[0].Id } 'the alert of the former monitor'
        Get-SandboxFault | Clear-SandboxFault
        $resolved = Wait-Alert $next { $_.Transition -eq 'Resolved' }
        $resolved[0].Id | Should -Be $raised[0].Id
        $resolved[0].Sequence | Should -Be 2
    }

    It 'warns of a node that does not exist' {
        $job = Start-NodeHealthMonitor $node, no-such-node
        Wait-Until { @($job.Warning).Count } 'the warning'
        @($job.Warning).Message | Should -BeLike "Node 'no-such-node' does not exist in cluster*"
        $job.State | Should -Be Running
    }

    It 'reports that no monitor runs' {
        $other = Connect-NodeManager -Sandbox -SandboxNodes 1
        Get-NodeAlert -Session $other -WarningVariable warnings -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        $warnings | Should -BeLike 'No monitor runs in cluster*'
        Disconnect-NodeManager $other
        Select-NodeManagerSession $session
    }

    It 'shows its alerts on the screen of the cluster' {
        $job = Start-NodeHealthMonitor $node -GroupBy None -Debounce 1s
        Set-SandboxFault NodeProblem $node
        $null = Wait-Alert $job { $_.Transition -eq 'Raised' }
        $text = (Show-ClusterHealth) -replace '\e\[[0-9;]*m' -join "`n"
        $text | Should -Match '1 open alert:'
        $text | Should -Match "Critical +$node KernelDeadlock"
    }
}

Describe 'New-NodeAlertSink' {
    It 'shows neither URL nor secret of <Type>' -ForEach @(
        @{ Type = 'Webhook'; Values = @{ WebhookUri = 'https://hooks.example.com/SECRETPATH'; WebhookSecret = 'SECRETKEY' } }
        @{ Type = 'Slack'; Values = @{ SlackUri = 'https://hooks.slack.com/services/SECRETPATH' } }
        @{ Type = 'Teams'; Values = @{ TeamsUri = 'https://prod.logic.azure.com/workflows/SECRETPATH?sig=SECRETKEY' } }
        @{ Type = 'Alertmanager'; Values = @{ AlertmanagerUri = 'https://alerts.example.com'; AlertmanagerToken = "SECRETKEY`n" } }
        @{ Type = 'Alertmanager'; Values = @{ AlertmanagerUri = 'https://alerts.example.com'; AlertmanagerCredential = [pscredential]::new('nodes', (ConvertTo-SecureString SECRETKEY -AsPlainText -Force)) } }
    ) {
        $sink = New-NodeAlertSink @Values
        $sink.Type | Should -Be $Type
        $shown = @(
            $sink | Format-List * -Force | Out-String
            $sink | ConvertTo-Json -Depth 9
            [Management.Automation.PSSerializer]::Serialize($sink, 9)
            "$sink"
        ) -join "`n"
        $shown | Should -Not -CMatch 'SECRET'
    }

    It 'refuses <Uri> without quoting it' -ForEach @(@{ Uri = 'http://hooks.slack.com/SECRETPATH' }, @{ Uri = 'ftp://x/SECRETPATH' }, @{ Uri = 'SECRETPATH' }) {
        { New-NodeAlertSink -SlackUri $Uri } | Should -Throw -ErrorId 'AlertSinkInvalid*'
        try { New-NodeAlertSink -SlackUri $Uri } catch { "$_$($_.Exception)$($_.TargetObject)" | Should -Not -CMatch 'SECRET' }
    }

    It 'refuses <Why> for an Alertmanager' -ForEach @(
        @{ Why = 'a token without TLS'; Values = @{ AlertmanagerUri = 'http://alerts.example.com'; AlertmanagerToken = 'SECRET' } }
        @{ Why = 'a token of two lines'; Values = @{ AlertmanagerUri = 'https://alerts.example.com'; AlertmanagerToken = "SECRET`r`nX-Other: SECRET" } }
        @{ Why = 'a token beside a credential'; Values = @{ AlertmanagerUri = 'https://alerts.example.com'; AlertmanagerToken = 'SECRET'; AlertmanagerCredential = [pscredential]::new('nodes', (ConvertTo-SecureString SECRET -AsPlainText -Force)) } }
    ) {
        { New-NodeAlertSink @Values } | Should -Throw -ErrorId 'AlertSinkInvalid*'
        try { New-NodeAlertSink @Values } catch { "$_$($_.Exception)$($_.TargetObject)" | Should -Not -CMatch 'SECRET' }
    }

    It 'names a certificate file that cannot be read' {
        { New-NodeAlertSink -WebhookUri https://x.example -CertificateAuthority (Join-Path $TestDrive 'none.pem') } | Should -Throw -ErrorId 'AlertSinkInvalid*'
    }

    It 'distinguishes two sinks with the same name' {
        $null = Connect-NodeManager -Sandbox -SandboxNodes 1
        { Start-NodeHealthMonitor -Sink (New-NodeAlertSink -Log), (New-NodeAlertSink -Log) } | Should -Throw -ErrorId 'AlertSinkInvalid*'
    }
}

Describe 'Get-NodeAlertSilence' {
    BeforeAll {
        $null = Connect-NodeManager -Sandbox -SandboxNodes 1 -SandboxSpeed 60
        $disk = New-NodeAlertSilence -Cause DiskPressure -Duration 2h -Reason 'OPS-7: log rotation' -Confirm:$false
        $ended = New-NodeAlertSilence -Cause NotReady -Duration 1m -Reason 'OPS-8: reboot' -Confirm:$false
        Wait-Until { (Get-NodeAlertSilence).Id -notcontains $ended.Id } 'the end of the silence'
    }

    AfterAll { Get-NodeManagerSession | Disconnect-NodeManager }

    It 'lists the silences that have not ended, with -All also those that have' {
        (Get-NodeAlertSilence).Id | Should -Be $disk.Id
        @((Get-NodeAlertSilence -All).Id | Sort-Object) | Should -Be @($disk.Id, $ended.Id | Sort-Object)
    }

    It 'returns a silence by its id' {
        $silence = Get-NodeAlertSilence $disk.Id
        $silence | Should -BeOfType NodeManager.NodeAlertSilence
        $silence.Causes | Should -Be DiskPressure
        $silence.Reason | Should -Be 'OPS-7: log rotation'
        $silence.EndsAt - $silence.StartsAt | Should -Be ([timespan]::FromHours(2))
    }

    It 'reports an id that does not exist' {
        { Get-NodeAlertSilence no-such-id -ErrorAction Stop } | Should -Throw -ErrorId 'AlertSilenceNotFound*'
    }
}
