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
    It 'tells what runs, in order, with weights and arguments' {
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

    It 'reads a ConfigMap as well, several files at once, and files from the pipeline' {
        (Get-SchedulerPlugin ImageLocality -Path $map).Weight | Should -Be 5
        (Get-SchedulerPlugin ImageLocality -Path "$TestDrive/[gm]*.yaml").Count | Should -Be 2
        (Get-Item $good, $map | Get-SchedulerPlugin ImageLocality).Count | Should -Be 2
    }

    It 'goes by the release' {
        Get-SchedulerPlugin EBSLimits -Path $good -KubernetesVersion 1.28 | Should -Not -BeNullOrEmpty
        Get-SchedulerPlugin EBSLimits -Path $good -KubernetesVersion registry.k8s.io/kube-scheduler:v1.36.2 | Should -BeNullOrEmpty
        { Get-SchedulerPlugin -Path $good -KubernetesVersion latest } | Should -Throw -ErrorId 'SchedulerReleaseInvalid,*'
    }

    It 'says of each file that is none' {
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
    It 'is silent where all is well' {
        Test-SchedulerConfiguration -Path $good, $map -KubernetesVersion 1.36 -BuiltInOnly | Should -BeNullOrEmpty
    }

    It 'tells errors and warnings with where and what to do' {
        $findings = Test-SchedulerConfiguration -Path $bad
        ($findings | Where-Object Severity -EQ Error).Path | Should -Be 'profiles[0].schedulerNames'
        $warning = $findings | Where-Object Severity -EQ Warning
        $warning.Rule | Should -Be Weight
        $warning.Line | Should -Be 9
        $warning.File | Should -Be (Get-Item $bad).FullName
        $findings.RecommendedAction | Should -Not -BeNullOrEmpty
        ($findings | Out-String) | Should -Match 'schedulerNames'
    }

    It 'knows which release reads which version' {
        (Test-SchedulerConfiguration -Path $good -KubernetesVersion 1.24).Rule | Should -Contain ApiVersion
    }
}
