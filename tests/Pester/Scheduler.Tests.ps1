BeforeAll {
    Import-Module "$PSScriptRoot/../../NodeManager.psd1" -Force
    $good = "$TestDrive/good.yaml"
    Set-Content $good @'
apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
profiles:
- schedulerName: packing
  plugins:
    score:
      enabled:
      - name: ImageLocality
        weight: 5
      disabled:
      - name: NodeAffinity
  pluginConfig:
  - name: InterPodAffinity
    args: {hardPodAffinityWeight: 7}
'@
    $map = "$TestDrive/map.yaml"
    Set-Content $map ("kind: ConfigMap`ndata:`n  other: x`n  config.yaml: |`n" + ((Get-Content $good | ForEach-Object { "    $_" }) -join "`n"))
    $bad = "$TestDrive/bad.yaml"
    (Get-Content $good -Raw) -replace 'schedulerName: packing', 'schedulerNames: packing' -replace 'weight: 5', 'weight: 0' | Set-Content $bad
}

Describe 'Get-SchedulerPlugin' {
    It 'lists enabled plugins, in order, with weights and arguments' {
        $score = Get-SchedulerPlugin -Path $good -ExtensionPoint score
        $score[0].Name | Should -Be ImageLocality
        $score[0].Weight | Should -Be 5
        $score[0].Status | Should -Be Enabled
        $score[0].Source | Should -Be Explicit
        $score[0].SchedulerName | Should -Be packing
        ($score | Where-Object Name -EQ NodeAffinity).Status | Should -Be Disabled
        ($score | Where-Object Name -EQ InterPodAffinity).Arguments | Should -Be '{hardPodAffinityWeight: 7}'
        ($score | Where-Object Name -EQ TaintToleration).Status | Should -Be Default
    }

    It 'reads a ConfigMap, several files, and files from the pipeline' {
        (Get-SchedulerPlugin ImageLocality -Path $map).Weight | Should -Be 5
        (Get-SchedulerPlugin ImageLocality -Path "$TestDrive/[gm]*.yaml").Count | Should -Be 2
        (Get-Item $good, $map | Get-SchedulerPlugin ImageLocality).Count | Should -Be 2
    }

    It 'depends on the release' {
        Get-SchedulerPlugin EBSLimits -Path $good -KubernetesVersion 1.28 | Should -Not -BeNullOrEmpty
        Get-SchedulerPlugin EBSLimits -Path $good -KubernetesVersion registry.k8s.io/kube-scheduler:v1.36.2 | Should -BeNullOrEmpty
        { Get-SchedulerPlugin -Path $good -KubernetesVersion latest } | Should -Throw -ErrorId 'SchedulerReleaseInvalid,*'
    }

    It 'reports each file that is not a configuration' {
        Set-Content "$TestDrive/broken.yaml" 'a: ['
        Set-Content "$TestDrive/other.yaml" 'a: b'
        $found = Get-SchedulerPlugin ImageLocality -Path "$TestDrive/none.yaml", "$TestDrive/broken.yaml", "$TestDrive/other.yaml", $good -ErrorVariable failures -ErrorAction SilentlyContinue
        $found.Count | Should -Be 1
        ($failures.FullyQualifiedErrorId -replace ',.*' | Sort-Object) | Should -Be 'SchedulerConfigurationInvalid', 'SchedulerConfigurationNotFound', 'SchedulerConfigurationNotFound'
    }

    It 'completes names and extension points' {
        (TabExpansion2 'Get-SchedulerPlugin Pod').CompletionMatches.CompletionText | Should -Contain PodTopologySpread
        (TabExpansion2 'Get-SchedulerPlugin -ExtensionPoint pre').CompletionMatches.CompletionText | Should -Contain preFilter
    }
}

Describe 'Test-SchedulerConfiguration' {
    It 'returns a result for each configuration' {
        $results = Test-SchedulerConfiguration -Path $good, $map -KubernetesVersion 1.36 -BuiltInOnly
        $results.Count | Should -Be 2
        $results.IsValid | Should -Be $true, $true
        $results.Findings | Should -BeNullOrEmpty
        $results.KubernetesVersion | Should -Be '1.36', '1.36'
        $results.File | Sort-Object | Should -Be ((Get-Item $good, $map).FullName | Sort-Object)
    }

    It 'can be used in a condition, by IsValid or with -Quiet' {
        (Test-SchedulerConfiguration -Path $good).IsValid | Should -BeTrue
        (Test-SchedulerConfiguration -Path $bad).IsValid | Should -BeFalse
        Test-SchedulerConfiguration -Path $good, $map -Quiet | Should -BeTrue
        Test-SchedulerConfiguration -Path $good, $bad -Quiet | Should -BeFalse
        Test-SchedulerConfiguration -Path $good, "$TestDrive/none.yaml" -Quiet -ErrorAction SilentlyContinue | Should -BeFalse
        Test-SchedulerConfiguration -Path "$TestDrive/none*.yaml" -Quiet -ErrorAction SilentlyContinue | Should -BeFalse
        @() | Test-SchedulerConfiguration -Quiet | Should -BeFalse
        Set-Content "$TestDrive/broken.yaml" 'a: ['
        Test-SchedulerConfiguration -Path $good, "$TestDrive/broken.yaml" -Quiet -ErrorAction SilentlyContinue | Should -BeFalse
        { Test-SchedulerConfiguration -Path $good -Quiet -Simulate } | Should -Throw -ErrorId 'Invalid,*'
    }

    It 'reports errors and warnings with position and remedy' {
        $result = Test-SchedulerConfiguration -Path $bad
        $result.IsValid | Should -BeFalse
        ($result.ErrorCount, $result.WarningCount) | Should -Be 1, 1
        $findings = $result.Findings
        ($findings | Where-Object Severity -EQ Error).Path | Should -Be 'profiles[0].schedulerNames'
        $warning = $findings | Where-Object Severity -EQ Warning
        $warning.Rule | Should -Be Weight
        $warning.Line | Should -Be 9
        $warning.File | Should -Be (Get-Item $bad).FullName
        $findings.RecommendedAction | Should -Not -BeNullOrEmpty
        ($findings | Out-String) | Should -Match 'schedulerNames'
        ($result | Out-String -Width 300) | Should -Match 'not valid.*1 error, 1 warning'
        ($result | Out-String -Width 300) | Should -Match 'line 9, profiles\[0\].plugins.score.enabled\[0\].weight'
        ($result | Format-Table | Out-String) | Should -Match 'IsValid'
        ($result | ConvertTo-Json -Depth 4 | ConvertFrom-Json).Findings.Count | Should -Be 2
    }

    It 'checks the API version against the release' {
        (Test-SchedulerConfiguration -Path $good -KubernetesVersion 1.24).Findings.Rule | Should -Contain ApiVersion
    }
}

Describe 'Files by name' {
    BeforeEach {
        $folder = New-Item -ItemType Directory "$TestDrive/$([guid]::NewGuid())"
        $bracket = "$folder/bad[1].yaml"
        Copy-Item $bad -Destination $bracket
        # The file that 'bad[1].yaml' means as a pattern.
        Copy-Item $good -Destination "$folder/bad1.yaml"
    }

    It 'from the pipeline are literal' {
        $found = Get-Item -LiteralPath $bracket | Test-SchedulerConfiguration
        $found.File | Should -Be $bracket
        $found.IsValid | Should -BeFalse
        (Get-ChildItem -LiteralPath $folder | Test-SchedulerConfiguration).Count | Should -Be 2
        ([pscustomobject]@{ FullName = $bracket } | Test-SchedulerConfiguration).File | Should -Be $bracket
        Get-Item -LiteralPath $bracket | Test-SchedulerConfiguration -Quiet | Should -BeFalse
        (Get-Item -LiteralPath $bracket | Get-SchedulerPlugin PrioritySort).File | Should -Be $bracket
    }

    It 'are literal with -LiteralPath, and patterns with -Path' {
        (Test-SchedulerConfiguration -LiteralPath $bracket).IsValid | Should -BeFalse
        (Test-SchedulerConfiguration -Path "$folder/bad[1].yaml").File | Should -Be "$folder/bad1.yaml"
        ("$folder/bad[1].yaml" | Test-SchedulerConfiguration).File | Should -Be "$folder/bad1.yaml"
    }

    It 'that do not exist are errors, also for patterns: <Call>' -ForEach @(
        @{ Call = "Test-SchedulerConfiguration -Path 'TestDrive:/no*.yaml'"; Id = 'SchedulerConfigurationNotFound' }
        @{ Call = "'TestDrive:/no[1].yaml' | Test-SchedulerConfiguration"; Id = 'SchedulerConfigurationNotFound' }
        @{ Call = "Test-SchedulerConfiguration -LiteralPath 'TestDrive:/no*.yaml'"; Id = 'SchedulerConfigurationNotFound' }
        @{ Call = "Get-SchedulerPlugin -Path 'TestDrive:/no*.yaml'"; Id = 'SchedulerConfigurationNotFound' }
        @{ Call = "Enable-SchedulerPlugin ImageLocality -Path 'TestDrive:/no*.yaml'"; Id = 'SchedulerConfigurationNotFound' }
        @{ Call = "Disable-SchedulerPlugin ImageLocality -Path 'TestDrive:/no[1].yaml'"; Id = 'SchedulerConfigurationNotFound' }
        @{ Call = "Set-SchedulerPlugin ImageLocality -Weight 2 -Path 'TestDrive:/no*.yaml'"; Id = 'SchedulerConfigurationNotFound' }
        @{ Call = "Set-SchedulerConfiguration -Text 'a: b' -Path 'TestDrive:/no*.yaml' -Confirm:`$false"; Id = 'SchedulerConfigurationNotFound' }
        @{ Call = "Test-SchedulerConfiguration -Path 'Env:/PATH'"; Id = 'SchedulerConfigurationNotFound' }
    ) {
        $null = & ([scriptblock]::Create("$Call -ErrorVariable script:failures -ErrorAction SilentlyContinue"))
        $failures.Count | Should -Be 1
        $failures[0].FullyQualifiedErrorId | Should -BeLike "$Id,*"
        $failures[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'are changed in place' {
        Get-Item -LiteralPath $bracket | Disable-SchedulerPlugin PodTopologySpread -Force
        Get-Content -LiteralPath $bracket -Raw | Should -Match PodTopologySpread
        Get-Content "$folder/bad1.yaml" -Raw | Should -Not -Match PodTopologySpread
        $said = Get-Item -LiteralPath $bracket | Disable-SchedulerPlugin PodTopologySpread -Force -Verbose 4>&1
        "$said" | Should -Match 'nothing was written'
    }

    It 'are the source of a new configuration with -SourcePath' {
        Set-SchedulerConfiguration -LiteralPath $bracket -SourcePath $good -Confirm:$false
        (Test-SchedulerConfiguration -LiteralPath $bracket).IsValid | Should -BeTrue
        Restore-SchedulerConfiguration -Path $good -SourcePath "$folder/bad1.yaml" -Confirm:$false
        Restore-SchedulerConfiguration -Path $good -File "$folder/bad1.yaml" -Confirm:$false
    }
}

Describe 'Enable-, Disable- and Set-SchedulerPlugin' {
    BeforeEach {
        $file = "$TestDrive/change.yaml"
        Copy-Item $good $file
        $before = Get-Content $file -Raw
    }

    It 'change only the requested bytes' {
        Enable-SchedulerPlugin NodeAffinity -Path $file -ExtensionPoint score -Weight 4 | Should -BeNullOrEmpty
        Get-Content $file -Raw | Should -BeExactly ($before -replace "(?s)      disabled:\r?\n      - name: NodeAffinity\r?\n", '' -replace '(weight: 5\r?\n)', "`$1      - name: NodeAffinity`n        weight: 4`n")
        Disable-SchedulerPlugin NodeAffinity -Path $file -ExtensionPoint Score
        Get-Content $file -Raw | Should -BeExactly $before
    }

    It 'keep the types of arguments' {
        $plugin = Set-SchedulerPlugin Rescheduler -Path $file -Argument ([ordered]@{ cpuThreshold = 80.5; excludedNamespaces = 'kube-system', 'on'; reschedulingInterval = '30s' })
        $plugin | Should -BeNullOrEmpty
        Get-Content $file -Raw | Should -Match 'cpuThreshold: 80.5'
        Get-Content $file -Raw | Should -Match '- "on"'
        (Set-SchedulerPlugin InterPodAffinity -Path $file -Argument @{ hardPodAffinityWeight = 9 } -PassThru)[0].Arguments | Should -Be '{hardPodAffinityWeight: 9}'
    }

    It 'change nothing with -WhatIf or a second time' {
        Disable-SchedulerPlugin ImageLocality -Path $file -WhatIf
        Get-Content $file -Raw | Should -BeExactly $before
        Disable-SchedulerPlugin ImageLocality -Path $file
        $once = (Get-Item $file).LastWriteTimeUtc
        Disable-SchedulerPlugin ImageLocality -Path $file
        (Get-Item $file).LastWriteTimeUtc | Should -Be $once
        (Get-SchedulerPlugin ImageLocality -Path $file).Status | Should -Be Disabled
        (Get-ChildItem $TestDrive -Filter *.tmp) | Should -BeNullOrEmpty
    }

    It 'change several plugins of several files, also in a ConfigMap' {
        Disable-SchedulerPlugin ImageLocality, PodTopologySpread -Path $file, $map
        (Get-SchedulerPlugin ImageLocality, PodTopologySpread -Path $file, $map | Where-Object Status -NE Disabled) | Should -BeNullOrEmpty
        (Get-Content $map)[2] | Should -Be '  other: x'
    }

    It 'refuse <Call>' -ForEach @(
        @{ Call = 'Enable-SchedulerPlugin Nope'; ErrorId = 'SchedulerPluginUnknown' }
        @{ Call = 'Enable-SchedulerPlugin ImageLocality -ExtensionPoint filter'; ErrorId = 'SchedulerExtensionPointInvalid' }
        @{ Call = 'Set-SchedulerPlugin InterPodAffinity -Argument @{ hardPodAffinityWeight = "9" }'; ErrorId = 'SchedulerArgumentInvalid' }
        @{ Call = 'Set-SchedulerPlugin InterPodAffinity -Argument @{ hardPodAffinityWeight = 900 }'; ErrorId = 'SchedulerConfigurationInvalid' }
        @{ Call = 'Disable-SchedulerPlugin DefaultBinder'; ErrorId = 'SchedulerConfigurationInvalid' }
        @{ Call = 'Disable-SchedulerPlugin ImageLocality -SchedulerName other'; ErrorId = 'SchedulerProfileNotFound' }
    ) {
        & ([scriptblock]::Create("$Call -Path '$file' -ErrorVariable script:failures -ErrorAction SilentlyContinue"))
        $failures[0].FullyQualifiedErrorId | Should -BeLike "$ErrorId,*"
        $failures[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        Get-Content $file -Raw | Should -BeExactly $before
    }

    It 'warn about limits of one release of an out-of-tree plugin' {
        Enable-SchedulerPlugin Coscheduling -ExtensionPoint postBind -Path $file -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -Match 'does not implement postBind'
        $result = Test-SchedulerConfiguration -Path $file
        $result.IsValid | Should -BeTrue
        $result.Findings.Rule | Should -Contain ExtensionPoint
        Enable-SchedulerPlugin Coscheduling -ExtensionPoint preBind -Path $file -Force -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
    }

    It 'write an invalid configuration with -Force' {
        Disable-SchedulerPlugin DefaultBinder -Path $file -Force
        (Test-SchedulerConfiguration -Path $file).Findings.Rule | Should -Contain Bind
    }

    It 'keep permissions and links' -Skip:$IsWindows {
        chmod 640 $file
        $link = "$TestDrive/link.yaml"
        $null = New-Item -ItemType SymbolicLink $link -Target $file
        Disable-SchedulerPlugin ImageLocality -Path $link
        (Get-Item $link).LinkType | Should -Be SymbolicLink
        (Get-Item $file).UnixMode | Should -Be '-rw-r-----'
        (Get-SchedulerPlugin ImageLocality -Path $file).Status | Should -Be Disabled
    }
}
