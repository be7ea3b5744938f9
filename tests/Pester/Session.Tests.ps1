BeforeAll {
    $module = "$PSScriptRoot/../../NodeManager.psd1"
    Import-Module $module -Force
}

AfterAll {
    Get-NodeManagerSession | Disconnect-NodeManager
}

Describe 'Connect-NodeManager' {
    It 'starts an embedded cluster without prerequisites' {
        $session = Connect-NodeManager -Sandbox
        $session | Should -BeOfType ([NodeManager.NodeManagerSession])
        $session.Source | Should -Be 'Sandbox'
        $session.State | Should -Be 'Connected'
    }

    It 'makes the newest session the current one' {
        $null = Connect-NodeManager -Sandbox -SandboxNodes 3
        $newest = Connect-NodeManager -Sandbox -SandboxNodes 5
        (Get-NodeManagerSession -Current).Id | Should -Be $newest.Id
        @(Get-ClusterNode).Count | Should -Be 5
    }

    It 'leaves no current session when it fails, so that later commands do not change the previous cluster' {
        $before = Connect-NodeManager -Sandbox -SandboxNodes 3
        { Connect-NodeManager -Kubeconfig (Join-Path $TestDrive 'absent.yaml') } | Should -Throw -ErrorId 'KubeconfigNotFound*'
        { Get-ClusterNode } | Should -Throw -ErrorId 'NotConnected*'
        Get-NodeManagerSession -Current | Should -BeNullOrEmpty
        (Get-ClusterNode -Session $before)[0] | Get-NodePod | Should -Not -BeNullOrEmpty
        { New-Sandbox -From $before -SandboxNodes 2 } | Should -Throw -ErrorId 'SandboxCopyInvalid*'
        { Get-ClusterNode } | Should -Throw -ErrorId 'NotConnected*'
        $next = Connect-NodeManager -Sandbox -SandboxNodes 4
        (Get-NodeManagerSession -Current).Id | Should -Be $next.Id
    }

    It 'gives the same cluster for the same seed' {
        $one = Connect-NodeManager -Sandbox -SandboxNodes 8 -SandboxSeed 7
        $two = Connect-NodeManager -Sandbox -SandboxNodes 8 -SandboxSeed 7
        (Get-ClusterNode -Session $one).Name | Sort-Object | Should -Be ((Get-ClusterNode -Session $two).Name | Sort-Object)
    }

    It 'has the requested version' {
        (Connect-NodeManager -Sandbox -SandboxVersion 1.20).ServerVersion | Should -BeLike 'v1.20*'
    }

    It 'serves the cluster over HTTPS on request, until the session ends' {
        $own = Connect-NodeManager -Sandbox -SandboxPort 0
        $other = Connect-NodeManager -Kubeconfig $own.KubeconfigPath
        $other.Server | Should -Be $own.Server
        $node = (Get-ClusterNode -Session $other)[0].Name
        Set-NodeLabel -Session $other -Name $node -Label @{ seen = 'yes' }
        (Get-ClusterNode -Session $own -Name $node).Labels['seen'] | Should -Be 'yes'
        { Connect-NodeManager -Sandbox -SandboxPort $own.Server.Port } | Should -Throw -ErrorId 'PortUnavailable*'
        Disconnect-NodeManager $other
        Disconnect-NodeManager $own
        $own.KubeconfigPath | Should -Not -Exist
    }

    It 'leaves no folder when its terminal is closed, and the next one deletes that of a killed process' -Skip:$IsWindows {
        # Started by nohup, a program and all that it starts ignore the signal.
        if ((Test-Path /proc/self/status) -and ((Get-Content /proc/self/status) -match '^SigIgn:.*[13579bdf]$')) { Set-ItResult -Skipped -Because 'SIGHUP is ignored here, as under nohup'; return }
        $living, $closed, $killed = foreach ($number in 1..3) {
            $start = [Diagnostics.ProcessStartInfo]::new([Environment]::ProcessPath)
            foreach ($argument in '-NoProfile', '-NonInteractive', '-Command', "Import-Module '$PSScriptRoot/../../NodeManager.psd1'; (Connect-NodeManager -Sandbox -SandboxNodes 3 -SandboxPort 0).KubeconfigPath; [Console]::In.ReadLine()") { $start.ArgumentList.Add($argument) }
            $start.RedirectStandardOutput = $start.RedirectStandardInput = $true
            [Diagnostics.Process]::Start($start)
        }
        try {
            foreach ($process in $living, $closed, $killed) { $process | Add-Member Folder (Split-Path $process.StandardOutput.ReadLine()) }
            & (Get-Command kill -CommandType Application)[0] -HUP $closed.Id
            $killed.Kill()
            foreach ($process in $closed, $killed) { $process.WaitForExit(300000) | Should -BeTrue }
            $closed.Folder | Should -Not -Exist
            $killed.Folder | Should -Exist
            Disconnect-NodeManager (Connect-NodeManager -Sandbox -SandboxNodes 3 -SandboxPort 0)
            $killed.Folder | Should -Not -Exist
            $living.Folder | Should -Exist
            $living.StandardInput.WriteLine()
            $living.WaitForExit(300000) | Should -BeTrue
            $living.Folder | Should -Not -Exist
        }
        finally {
            foreach ($process in $living, $closed, $killed) { if (-not $process.HasExited) { $process.Kill() } }
        }
    }

    It 'acts as another user in another session, limited by the roles of that user' {
        $own = Connect-NodeManager -Sandbox -SandboxNodes 3 -SandboxRbac
        $jane = Connect-NodeManager -Session $own -ImpersonateUser jane -ImpersonateGroup devs, ops
        $jane.User | Should -Be 'jane'
        $jane.Groups | Should -Be @('devs', 'ops')
        $jane.Server | Should -Be $own.Server
        $refusal = { Get-ClusterNode -Session $jane -ErrorAction Stop } | Should -Throw -ErrorId 'Forbidden*' -PassThru
        $refusal.Exception.Message | Should -BeLike '*list nodes*'
        $master = Connect-NodeManager -Session $own -ImpersonateUser root -ImpersonateGroup staff, system:masters
        (Get-ClusterNode -Session $master).Count | Should -Be (Get-ClusterNode -Session $own).Count
        $free = Connect-NodeManager -Session (Connect-NodeManager -Sandbox -SandboxNodes 3) -ImpersonateUser jane
        (Get-ClusterNode -Session $free).Count | Should -BeGreaterThan 0
        Disconnect-NodeManager $own
        $jane.State, $master.State, $free.State | Should -Be 'Disconnected', 'Disconnected', 'Connected'
        { Get-ClusterNode -Session $jane -ErrorAction Stop } | Should -Throw -ErrorId 'SessionClosed*'
    }

    It 'accelerates time in the cluster and in the session' {
        $fast = Connect-NodeManager -Sandbox -SandboxNodes 5 -SandboxSpeed 600
        $node = (Get-ClusterNode -Session $fast)[0].Name
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $failure = { Wait-ClusterNode $node -Session $fast -For Cordoned -Timeout 10m -ErrorAction Stop } | Should -Throw -PassThru
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 300
        $failure.Exception.Message | Should -BeLike '*00:10:00*'
        { Connect-NodeManager -Sandbox -SandboxSpeed 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError*'
        Disconnect-NodeManager $fast
    }

    It 'refuses an unsupported version' {
        { Connect-NodeManager -Sandbox -SandboxVersion 0.9 } | Should -Throw
    }

    It 'reports a missing kubeconfig' {
        $path = Join-Path $TestDrive 'nowhere.yaml'
        $failure = { Connect-NodeManager -Kubeconfig $path } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'KubeconfigNotFound,*'
        $failure.Exception.Message | Should -BeLike "*$path*"
        $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'reads a kubeconfig relative to the current location' {
        Set-Content (Join-Path $TestDrive 'one.yaml') "apiVersion: v1`nkind: Config`n"
        Push-Location $TestDrive
        try {
            $failure = { Connect-NodeManager -Kubeconfig one.yaml -Context nobody } | Should -Throw -PassThru
            $failure.FullyQualifiedErrorId | Should -BeLike 'ContextNotFound,*'
        }
        finally { Pop-Location }
    }

    It 'reports an unreachable server once, as a terminating error' {
        # Port 9 (discard) is not served on loopback.
        Set-Content (Join-Path $TestDrive 'down.yaml') @'
apiVersion: v1
kind: Config
current-context: down
clusters: [{ name: down, cluster: { server: 'http://127.0.0.1:9' } }]
users: [{ name: me, user: { token: secret-token } }]
contexts: [{ name: down, context: { cluster: down, user: me } }]
'@
        $failure = { Connect-NodeManager -Kubeconfig (Join-Path $TestDrive 'down.yaml') } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'ServerUnreachable,*'
        $failure.CategoryInfo.Category | Should -Be 'ConnectionError'
        $failure.Exception.Message | Should -BeLike '*127.0.0.1:9*'
        "$failure $($failure.ErrorDetails)" | Should -Not -BeLike '*secret-token*'
    }

    It 'reports that it does not run in a pod' {
        $failure = { Connect-NodeManager -InCluster } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'NotInCluster,*'
    }
}

Describe 'Get-NodeManagerSession and Disconnect-NodeManager' {
    BeforeEach {
        Get-NodeManagerSession | Disconnect-NodeManager
    }

    It 'list only live sessions' {
        $one = Connect-NodeManager -Sandbox -SandboxNodes 1
        $two = Connect-NodeManager -Sandbox -SandboxNodes 1
        (Get-NodeManagerSession).Id | Should -Be @($one.Id, $two.Id)
        Disconnect-NodeManager
        (Get-NodeManagerSession).Id | Should -Be $one.Id
        $two.State | Should -Be 'Disconnected'
    }

    It 'mark the current session in the table' {
        function Get-Marked { (Get-NodeManagerSession | Out-String -Stream -Width 200) -match '^\* +\d' -replace '^\*\s+(\d+) .*', '$1' }
        $one = Connect-NodeManager -Sandbox -SandboxNodes 1
        $two = Connect-NodeManager -Sandbox -SandboxNodes 1
        Get-Marked | Should -Be $two.Id
        Select-NodeManagerSession $one
        Get-Marked | Should -Be $one.Id
        Disconnect-NodeManager
        Get-Marked | Should -BeNullOrEmpty
    }

    It 'fall back to no other cluster when the current session is disconnected' {
        $one = Connect-NodeManager -Sandbox -SandboxNodes 1
        $two = Connect-NodeManager -Sandbox -SandboxNodes 2
        Disconnect-NodeManager
        Get-NodeManagerSession -Current | Should -BeNullOrEmpty
        $failure = { Get-ClusterNode } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'NotConnected,*'
        $failure.Exception.Message | Should -BeLike "*$($one.Cluster)*"
        $failure.ErrorDetails.RecommendedAction | Should -BeLike '*Select-NodeManagerSession*'
        Disconnect-NodeManager
        $one.State | Should -Be 'Connected' -Because 'no session was current'
        Select-NodeManagerSession $one | Should -BeNullOrEmpty
        (Get-ClusterNode).Cluster | Sort-Object -Unique | Should -Be $one.Cluster
    }

    It 'keep the current session when another one is disconnected' {
        $one = Connect-NodeManager -Sandbox -SandboxNodes 1
        $two = Connect-NodeManager -Sandbox -SandboxNodes 2
        Disconnect-NodeManager $one
        (Get-NodeManagerSession -Current).Id | Should -Be $two.Id
    }

    It 'distinguish sessions with clusters of the same name' {
        $one = Connect-NodeManager -Sandbox -SandboxNodes 1
        $two = Connect-NodeManager -Sandbox -SandboxNodes 1
        $one.Cluster | Should -Not -Be $two.Cluster
        (Get-NodeManagerSession $two.Cluster).Id | Should -Be $two.Id
    }

    It 'refuse a closed session, with the remedy' {
        $session = Connect-NodeManager -Sandbox -SandboxNodes 1
        $session | Disconnect-NodeManager
        Get-ClusterNode -Session $session -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'SessionClosed,*'
        $failures[0].ErrorDetails.RecommendedAction | Should -BeLike '*Connect-NodeManager*'
    }

    It 'never fall back to the kubeconfig after a connection' {
        Connect-NodeManager -Sandbox -SandboxNodes 1 | Disconnect-NodeManager
        $failure = { Get-ClusterNode } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'NotConnected,*'
    }

    It 'belong to their runspace: another runspace has none, and the end of the runspace closes them' {
        $null = Connect-NodeManager -Sandbox -SandboxNodes 1
        $runspace = [runspacefactory]::CreateRunspace()
        $runspace.Open()
        $shell = [powershell]::Create($runspace)
        $null = $shell.AddScript("Import-Module '$module'; @(Get-NodeManagerSession).Count; Connect-NodeManager -Sandbox -SandboxNodes 1")
        $count, $foreign = $shell.Invoke()
        $count | Should -Be 0
        $foreign.State | Should -Be 'Connected'
        $shell.Dispose()
        $runspace.Dispose()
        $foreign.State | Should -Be 'Disconnected'
    }

    It 'report the effective user in the verbose stream' {
        $own = Connect-NodeManager -Sandbox -SandboxNodes 1
        $told = Connect-NodeManager -Session $own -ImpersonateUser jane -ImpersonateGroup devs, ops -Verbose 4>&1
        @($told | Where-Object { $_ -is [Management.Automation.VerboseRecord] }).Message | Should -Contain "Connected to cluster '$($told[-1].Cluster)'. User: jane. Groups: 'devs', 'ops'."
    }

    It 'refuse an impersonated name that would be several headers' {
        $own = Connect-NodeManager -Sandbox -SandboxNodes 1
        $failure = { Connect-NodeManager -Session $own -ImpersonateUser jane -ImpersonateGroup "x`r`nImpersonate-Group: system:masters" } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'CredentialUnsupported,*'
        $failure.CategoryInfo.Category | Should -Be 'InvalidArgument'
    }

    It 'show no credentials' {
        $session = Connect-NodeManager -Sandbox -SandboxNodes 1
        ($session | ConvertTo-Json -Depth 5 -WarningAction SilentlyContinue) | Should -Not -Match 'Connection|Token|Password'
        # A list's type name holds a PublicKeyToken.
        ([Management.Automation.PSSerializer]::Serialize($session, 5) -replace 'PublicKeyToken=') | Should -Not -Match 'Token|Password'
    }
}

Describe 'Select-NodeManagerSession and -Session' {
    BeforeAll {
        Get-NodeManagerSession | Disconnect-NodeManager
        $one = Connect-NodeManager -Sandbox -SandboxNodes 1
        $two = Connect-NodeManager -Sandbox -SandboxNodes 2
    }

    It 'accept a session, its name, or its id' {
        foreach ($given in $one, $one.Cluster, $one.Cluster.ToUpperInvariant(), $one.Id, "$($one.Id)") {
            $null = Select-NodeManagerSession $two
            (Select-NodeManagerSession $given -PassThru).Id | Should -Be $one.Id
            (Get-NodeManagerSession -Current).Id | Should -Be $one.Id
            @(Get-ClusterNode -Session $given).Cluster | Sort-Object -Unique | Should -Be $one.Cluster
        }
        $null = $two.Cluster | Select-NodeManagerSession
        (Get-NodeManagerSession -Current).Id | Should -Be $two.Id
        (Get-ClusterNode -Session $one.Cluster, $two.Id).Cluster | Sort-Object -Unique | Should -Be (@($one.Cluster, $two.Cluster) | Sort-Object)
        (Set-NodeLabel (Get-ClusterNode -Session $one)[0].Name -Label @{ by = 'name' } -Session $one.Cluster -PassThru).Cluster | Should -Be $one.Cluster
    }

    It 'refuse a value without a session in this runspace' {
        foreach ($wrong in 'no-such-cluster', '4711', 4711) {
            { Get-ClusterNode -Session $wrong } | Should -Throw -ErrorId 'ParameterArgumentTransformationError*' -ExpectedMessage "*$($one.Cluster)*"
            { Select-NodeManagerSession $wrong } | Should -Throw -ErrorId 'ParameterArgumentTransformationError*'
            { Disconnect-NodeManager $wrong } | Should -Throw -ErrorId 'ParameterArgumentTransformationError*'
        }
        $foreign = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($one))
        { Get-ClusterNode -Session $foreign } | Should -Throw -ExpectedMessage '*another process*'
    }

    It 'complete the names' {
        $line = 'Get-ClusterNode -Session '
        (TabExpansion2 $line $line.Length).CompletionMatches.ListItemText | Should -Be @($one.Cluster, $two.Cluster)
        $line = 'Select-NodeManagerSession '
        (TabExpansion2 $line $line.Length).CompletionMatches.ListItemText | Should -Be @($one.Cluster, $two.Cluster)
        $line = "Get-ClusterNode -Session $($one.Cluster) -Name "
        (TabExpansion2 $line $line.Length).CompletionMatches.ListItemText | Should -Be (Get-ClusterNode -Session $one).Name
    }

    It 'refuse a closed one' {
        $closed = Connect-NodeManager -Sandbox -SandboxNodes 1
        Disconnect-NodeManager $closed
        { Select-NodeManagerSession $closed } | Should -Throw -ErrorId 'SessionClosed*'
        { Select-NodeManagerSession $closed.Cluster } | Should -Throw
        Get-NodeManagerSession -Current | Should -BeNullOrEmpty
    }

    It 'make a session current after a failed connection' {
        { Connect-NodeManager -Kubeconfig (Join-Path $TestDrive 'absent.yaml') } | Should -Throw
        { Get-ClusterNode } | Should -Throw -ErrorId 'NotConnected*'
        Select-NodeManagerSession $two
        @(Get-ClusterNode).Cluster | Sort-Object -Unique | Should -Be $two.Cluster
    }
}

Describe 'Secrets of a kubeconfig' {
    BeforeAll {
        # Everything that a kubeconfig can hold, in a process of its own, so that its $Error and its transcript have nothing else.
        $served = Connect-NodeManager -Sandbox -SandboxNodes 1 -SandboxPort 0
        $text = Get-Content $served.KubeconfigPath -Raw
        $token = [regex]::Match($text, 'token: "?([^"\s]+)').Groups[1].Value
        $authority = [regex]::Match($text, 'certificate-authority-data: "?([^"\s]+)').Groups[1].Value
        $port = $served.Server.Port
        $config = Join-Path $TestDrive 'secrets.yaml'
        Set-Content $config @"
apiVersion: v1
kind: Config
current-context: good
clusters:
- { name: good, cluster: { server: 'https://127.0.0.1:$port/?p=s3cret', certificate-authority-data: $authority } }
- { name: address, cluster: { server: 'https://jane:s3cret@127.0.0.1:$port', certificate-authority-data: $authority } }
- { name: proxy, cluster: { server: 'https://127.0.0.1:$port', certificate-authority-data: $authority, proxy-url: 'http://jane:s3cret@127.0.0.1:9' } }
- { name: down, cluster: { server: 'https://jane:s3cret@127.0.0.1:9', insecure-skip-tls-verify: true } }
- { name: plain, cluster: { server: 'http://jane:s3cret@127.0.0.1:9' } }
users:
- { name: good, user: { token: $token } }
- { name: wrong, user: { token: s3cret } }
- { name: broken, user: { token: "s3cret\ns3cret" } }
- { name: password, user: { username: jane, password: s3cret } }
- { name: number, user: { username: jane, password: 5s3cret, token: s3cret } }
contexts:
- { name: good, context: { cluster: good, user: good } }
- { name: wrong, context: { cluster: good, user: wrong } }
- { name: broken, context: { cluster: good, user: broken } }
- { name: password, context: { cluster: good, user: password } }
- { name: number, context: { cluster: good, user: number } }
- { name: address, context: { cluster: address, user: good } }
- { name: proxy, context: { cluster: proxy, user: good } }
- { name: down, context: { cluster: down, user: wrong } }
- { name: plain, context: { cluster: plain, user: good } }
"@
        $transcript = Join-Path $TestDrive 'transcript.txt'
        $shown = & ([Environment]::ProcessPath) -NoProfile -NonInteractive -Command @"
            Import-Module '$module'
            `$null = Start-Transcript '$transcript'
            `$DebugPreference = `$VerbosePreference = 'Continue'
            foreach (`$context in 'good', 'wrong', 'broken', 'password', 'number', 'address', 'proxy', 'down', 'plain') {
                `$session = `$null
                try { `$session = Connect-NodeManager -Kubeconfig '$config' -Context `$context } catch { `$_ | Format-List * -Force; `$_ | Out-String }
                if (`$session) {
                    "connected: `$context"
                    Get-ClusterNode -Session `$session
                    Get-ClusterNode nobody -Session `$session -ErrorAction Continue
                    `$session | Format-List * -Force
                    `$session | Format-Custom * -Depth 2 -Force
                    `$session | ConvertTo-Json -Depth 6 -WarningAction SilentlyContinue
                    `$session | Export-Csv '$TestDrive/session.csv'; Get-Content '$TestDrive/session.csv'
                    [Management.Automation.PSSerializer]::Serialize(`$session, 6)
                    `$session | Get-Member -Force | Out-String
                }
            }
            foreach (`$failure in `$Error) {
                `$failure | Format-List * -Force
                Get-Error -InputObject `$failure
                # Deeper, each error brings 40 MB of .NET's own metadata.
                [Management.Automation.PSSerializer]::Serialize(`$failure, 4)
                for (`$e = `$failure.Exception; `$e; `$e = `$e.InnerException) { `$e.ToString(); `$e.Data | Out-String; `$e | Format-List * -Force }
            }
            `$null = Stop-Transcript
"@ *>&1 | Out-String
    }

    It 'are not shown: streams, errors, JSON, CSV, CLIXML, lists' {
        foreach ($expected in 'connected: good', 'ServerUnreachable', 'Unauthorized', 'KubeconfigInvalid') {
            $shown.Contains($expected) | Should -BeTrue -Because "'$expected' is shown"
        }
        foreach ($secret in 's3cret', $token, [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes('jane:s3cret'))) {
            $shown.Contains($secret) | Should -BeFalse
        }
    }

    It 'are not in a transcript' {
        $written = Get-Content $transcript -Raw
        $written.Contains('connected: good') | Should -BeTrue
        foreach ($secret in 's3cret', $token) { $written.Contains($secret) | Should -BeFalse }
    }
}

Describe 'A server without TLS' {
    It 'receives no credentials, and requires no user' {
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $port = $listener.LocalEndpoint.Port
        $serving = Start-ThreadJob {
            # Each session reads the version and the identity of its cluster, until the listener stops.
            while ($true) {
                try { $client = ($using:listener).AcceptTcpClient() } catch { break }
                $stream = $client.GetStream()
                $buffer = [byte[]]::new(8192)
                [Text.Encoding]::ASCII.GetString($buffer, 0, $stream.Read($buffer, 0, $buffer.Length))
                $body = '{"major":"1","minor":"34","gitVersion":"v1.34.0"}'
                $answer = [Text.Encoding]::ASCII.GetBytes("HTTP/1.1 200 OK`r`nContent-Type: application/json`r`nContent-Length: $($body.Length)`r`nConnection: close`r`n`r`n$body")
                $stream.Write($answer, 0, $answer.Length)
                $client.Dispose()
            }
        }
        $config = Join-Path $TestDrive 'plain.yaml'
        Set-Content $config @"
current-context: nobody
clusters: [{ name: proxy, cluster: { server: 'http://127.0.0.1:$port' } }]
users: [{ name: me, user: { token: s3cret } }]
contexts: [{ name: nobody, context: { cluster: proxy } }, { name: me, context: { cluster: proxy, user: me } }]
"@
        (Connect-NodeManager -Kubeconfig $config).User | Should -Be ''
        (Connect-NodeManager -Kubeconfig $config -Context me).ServerVersion | Should -Be 'v1.34.0'
        $listener.Stop()
        $requests = $serving | Receive-Job -Wait -AutoRemoveJob
        @($requests -match 'GET /version').Count | Should -Be 2
        "$requests" | Should -Not -Match 'Authorization|s3cret'
    }
}

Describe 'Several sessions' {
    BeforeAll {
        $a = Connect-NodeManager -Sandbox -SandboxNodes 3
        $b = Connect-NodeManager -Sandbox -SandboxNodes 4
    }

    It 'are read concurrently' {
        $nodes = Get-ClusterNode -Session $a, $b
        $nodes | Group-Object Cluster | Sort-Object Name | ForEach-Object Count | Should -Be @(3, 4)
    }

    It 'send each object to its own cluster' {
        Get-ClusterNode -Session $a | Set-NodeLabel -Label @{ origin = 'a' }
        Get-ClusterNode -Session $a -Selector origin=a | Should -HaveCount 3
        Get-ClusterNode -Session $b -Selector origin=a | Should -HaveCount 0
    }

    It 'send plans, results and pods to their own cluster' {
        $node = (Get-ClusterNode -Session $a -Status Ready)[0].Name
        Get-NodeDrainPlan $node -Session $a | Suspend-NodeScheduling
        (Get-ClusterNode $node -Session $a).Unschedulable | Should -BeTrue
        (Get-ClusterNode $node -Session $b).Unschedulable | Should -BeFalse
        Get-ClusterNode $node -Session $a | Get-NodePod | Resume-NodeScheduling
        (Get-ClusterNode $node -Session $a).Unschedulable | Should -BeFalse
    }

    It 'send objects in arguments to their own cluster' {
        $ofA = @(Get-ClusterNode -Session $a -Status Ready)
        $ofB = @(Get-ClusterNode -Session $b -Status Ready)
        $ofA[0].Name | Should -BeIn $ofB.Name -Because 'the names are the same in both'
        (Get-ClusterNode $ofA[0]).Cluster | Should -Be $a.Cluster
        (Get-NodeDrainPlan $ofA[0]).Cluster | Should -Be $a.Cluster
        Get-NodePod $ofA[0] | ForEach-Object Cluster | Sort-Object -Unique | Should -Be $a.Cluster
        (Set-NodeLabel ($ofA[0], $ofB[0]) @{ argument = 'x' } -PassThru).Cluster | Sort-Object | Should -Be (@($a.Cluster, $b.Cluster) | Sort-Object)
        (Get-NodeDrainPlan -Name $ofA).Cluster | Sort-Object -Unique | Should -Be $a.Cluster
        # A pod stands for its node, and text for a node of the current cluster, also beside objects.
        $pod = Get-NodePod $ofA[0] | Select-Object -First 1
        (Suspend-NodeScheduling $pod, $ofB[0].Name -PassThru).Cluster | Sort-Object | Should -Be (@($a.Cluster, $b.Cluster) | Sort-Object)
        Resume-NodeScheduling $ofA[0], $ofB[0]
    }

    It 'continue where one of them fails' {
        $own = Connect-NodeManager -Sandbox -SandboxNodes 3 -SandboxRbac
        $jane = Connect-NodeManager -Session $own -ImpersonateUser jane
        $failures = @()
        $all = (Get-ClusterNode -Session $a).Count

        Suspend-NodeScheduling * -Session $jane, $a -ErrorAction SilentlyContinue -ErrorVariable +failures
        Get-ClusterNode -Session $a -Status Cordoned | Should -HaveCount $all
        Resume-NodeScheduling * -Session $a, $jane -ErrorAction SilentlyContinue -ErrorVariable +failures
        Get-ClusterNode -Session $a -Status Cordoned | Should -HaveCount 0
        Repair-ClusterNode * -Session $jane, $a -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable +failures

        $failures.FullyQualifiedErrorId | Should -BeLike 'Forbidden,*'
        @($failures.TargetObject) | Should -Be @($jane, $jane, $jane)
    }

    It 'are used from ForEach-Object -Parallel' {
        $counts = $a, $b | ForEach-Object -Parallel { Import-Module $using:module; @(Get-ClusterNode -Session $_).Count }
        $counts | Sort-Object | Should -Be @(3, 4)
        $session = $a
        1..3 | ForEach-Object -Parallel { Import-Module $using:module; @(Get-ClusterNode -Session $using:session).Count } | Should -Be @(3, 3, 3)
    }

    It 'do not share a session with another runspace' {
        $id = 1 | ForEach-Object -Parallel {
            Import-Module $using:module
            try { Get-ClusterNode } catch { $_.FullyQualifiedErrorId }
        }
        $id | Should -BeLike 'NotConnected,*'
    }
}

Describe 'Without any connection' {
    It 'the kubeconfig''s current context is used, and -Verbose reports it' {
        # A process of its own: here something was connected before.
        $kubeconfig = Join-Path $TestDrive 'absent.yaml'
        $answer = & ([Environment]::ProcessPath) -NoProfile -NonInteractive -Command @"
            `$env:KUBECONFIG = '$kubeconfig'
            Import-Module '$module'
            try { Get-ClusterNode } catch { `$_.FullyQualifiedErrorId }
"@
        $answer | Should -BeLike 'KubeconfigNotFound,*'
    }
}
