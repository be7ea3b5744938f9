BeforeAll {
    Import-Module "$PSScriptRoot/../../NodeManager.psd1" -Force
    $session = Connect-NodeManager -Sandbox
    $text = "apiVersion: kubescheduler.config.k8s.io/v1`nkind: KubeSchedulerConfiguration`nprofiles:`n- schedulerName: default-scheduler # keep`n"
    $file = "$TestDrive/scheduler.yaml"
    $secret = ConvertTo-SecureString 'correct horse' -AsPlainText
}

AfterAll { Disconnect-NodeManager $session }

Describe 'Set-SchedulerConfiguration -Template' {
    BeforeEach { Set-Content $file $text -NoNewline }

    It 'applies the changes to the existing configuration, once' {
        Set-SchedulerConfiguration -Path $file -Template BinPacking -Confirm:$false
        Get-Content $file -Raw | Should -Match '(?s)# keep.*type: MostAllocated'
        $once = Get-Content $file -Raw
        Set-SchedulerConfiguration -Path $file -Template BinPacking -Confirm:$false
        Get-Content $file -Raw | Should -BeExactly $once
        (Test-SchedulerConfiguration -Path $file -BuiltInOnly).Findings | Should -BeNullOrEmpty
    }

    It 'warns about out-of-tree plugins, and reads custom folders' {
        Set-SchedulerConfiguration -Path $file -Template LoadAware -Confirm:$false -WarningVariable warned -WarningAction SilentlyContinue
        $warned | Should -Match TargetLoadPacking
        $null = New-Item -ItemType Directory "$TestDrive/own" -Force
        Set-Content "$TestDrive/own/Quiet.yaml" "steps:`n- disable: ImageLocality`n  at: [score]"
        Set-SchedulerConfiguration -Path $file -Template Quiet -TemplateFolder "$TestDrive/own" -Confirm:$false
        Get-Content $file -Raw | Should -Match ImageLocality
        { Set-SchedulerConfiguration -Path $file -Template Nope -Confirm:$false } | Should -Throw -ErrorId 'SchedulerTemplateNotFound,*'
        { Set-SchedulerConfiguration -Path $file -Template Quiet -Text x -Confirm:$false } | Should -Throw -ErrorId 'Invalid,*'
    }

    It 'changes nothing with -WhatIf' {
        Set-SchedulerConfiguration -Path $file -Template BinPacking -WhatIf
        Get-Content $file -Raw | Should -BeExactly $text
    }

    It 'works on the scheduler of a cluster' {
        Set-SchedulerConfiguration -Template Rescheduling -NoRestart -Confirm:$false -WarningAction SilentlyContinue -PassThru |
            ForEach-Object Text | Should -Match 'reschedulingInterval'
    }
}

Describe 'Test-SchedulerConfiguration -Simulate' {
    BeforeAll { Set-Content $file $text -NoNewline }

    It 'reports pods that would be placed on other nodes, and why' {
        Set-SchedulerConfiguration -Path $file -Template BinPacking -Confirm:$false
        $moved = Test-SchedulerConfiguration -Path $file -Simulate
        $moved.Count | Should -BeGreaterThan 0
        $moved.Outcome | Should -Not -Contain Stays
        $one = $moved | Where-Object Outcome -EQ Moves | Select-Object -First 1
        $one.NodeThen | Should -Not -Be $one.NodeNow
        $one.Reason | Should -Not -BeNullOrEmpty
        $one.Candidates | Should -Contain $one.NodeThen
        $all = Test-SchedulerConfiguration -Path $file -Simulate -IncludeUnchanged
        $all.Count | Should -BeGreaterThan $moved.Count
        ($moved | Out-String -Width 80) | Should -Match 'Profile: default-scheduler, sandbox'
    }

    It 'warns about unknown settings, and refuses an invalid configuration' {
        Set-SchedulerConfiguration -Path $file -Template GangScheduling -Confirm:$false -WarningAction SilentlyContinue
        $one = Test-SchedulerConfiguration -Path $file -Simulate -WarningVariable warned -WarningAction SilentlyContinue | Select-Object -First 1
        $warned | Should -Match 'Coscheduling cannot be simulated'
        $one.NotJudged | Should -Be Coscheduling
        Set-Content $file ($text -replace 'schedulerName', 'schedulerNames')
        { Test-SchedulerConfiguration -Path $file -Simulate -ErrorAction Stop } | Should -Throw -ErrorId 'SchedulerConfigurationInvalid,*'
    }
}

Describe 'Backup-SchedulerConfiguration -Passphrase' {
    It 'writes no plain text, and compares and restores with the passphrase' {
        $backup = Backup-SchedulerConfiguration -DestinationPath "$TestDrive/backup.pem" -Passphrase $secret
        Get-Content "$TestDrive/backup.pem" -Raw | Should -Not -Match KubeScheduler
        Compare-SchedulerConfiguration "$TestDrive/backup.pem" $backup -Passphrase $secret | Should -BeNullOrEmpty
        Restore-SchedulerConfiguration -SourcePath "$TestDrive/backup.pem" -Passphrase $secret -NoRestart -Confirm:$false -WarningAction SilentlyContinue
        { Compare-SchedulerConfiguration "$TestDrive/backup.pem" $backup -ErrorAction Stop } | Should -Throw -ErrorId 'SchedulerPassphraseInvalid,*'
        $wrong = ConvertTo-SecureString 'battery' -AsPlainText
        { Compare-SchedulerConfiguration "$TestDrive/backup.pem" $backup -Passphrase $wrong -ErrorAction Stop } | Should -Throw -ErrorId 'SchedulerPassphraseWrong,*'
        Set-Content "$TestDrive/backup.pem" ((Get-Content "$TestDrive/backup.pem" -Raw) -replace '(?<=KEY-----\n)..', 'AA' -replace '(?<=TEXT-----\n)....', 'AAAA')
        { Compare-SchedulerConfiguration "$TestDrive/backup.pem" $backup -Passphrase $secret -ErrorAction Stop } | Should -Throw -ErrorId 'SchedulerBackupDamaged,*'
        { Backup-SchedulerConfiguration -Passphrase $secret } | Should -Throw -ErrorId 'Invalid,*'
        $backup.Text | Set-Content "$TestDrive/backup.pem" -NoNewline
        { Restore-SchedulerConfiguration -SourcePath "$TestDrive/backup.pem" -Passphrase $secret -NoRestart -Confirm:$false -ErrorAction Stop } |
            Should -Throw -ErrorId 'SchedulerPassphraseInvalid,*'
    }
}

Describe 'Get-SchedulerCounter' {
    It 'counts changes, and the session raises events for them' {
        function Read-Count($Name) { (Get-SchedulerCounter | Where-Object Name -EQ $Name).Count }
        $enabled = Read-Count Enabled
        $watcher = Register-ObjectEvent $session SchedulerAlert -SourceIdentifier "alert-$PID"
        Enable-SchedulerPlugin ImageLocality -ExtensionPoint score -Weight 7 -NoRestart -WarningAction SilentlyContinue
        (Read-Count Enabled) | Should -Be ($enabled + 1)
        $alert = Wait-Event -SourceIdentifier "alert-$PID" -Timeout 300
        $alert.SourceEventArgs.Reason | Should -Be SchedulerConfigurationChanged
        $alert.SourceEventArgs.Message | Should -Match ImageLocality
        Unregister-Event -SourceIdentifier "alert-$PID"
        (Get-SchedulerCounter).Name | Should -Contain Rollbacks
    }

    It 'is not blocked by a failing subscriber' {
        $failing = [EventHandler[NodeManager.SchedulerAlertEventArgs]] { throw 'a script has no runspace there' }
        $session.add_SchedulerAlert($failing)
        Enable-SchedulerPlugin NodeAffinity -ExtensionPoint score -Weight 9 -NoRestart -ErrorVariable failed -WarningVariable told -WarningAction SilentlyContinue
        $session.remove_SchedulerAlert($failing)
        $failed | Should -BeNullOrEmpty
        "$told" | Should -Match 'A subscriber of the session.s SchedulerAlert failed at SchedulerConfigurationChanged'
    }
}
