using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Requests;
using NodeManager.Testing;

namespace NodeManager.Conformance.Health;

/// <summary>Alerts as users get them: from PowerShell, with a kubeconfig.</summary>
public sealed class PowerShellAlertTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_monitor_raises_an_alert_and_its_successor_resolves_it(string backend)
    {
        Skip.If(PowerShellProgram.Missing is not null, PowerShellProgram.Missing);
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string node = (await cluster.AddNodesAsync(2))[0];

        JsonObject seen = await PowerShellProcess.RunAsync(
            cluster,
            $$"""
            $node = '{{node}}'
            $folder = (New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) ([IO.Path]::GetRandomFileName()))).FullName
            $told = Join-Path $folder told.txt
            $sinks = (New-NodeAlertSink -KubernetesEvent), (New-NodeAlertSink -Name file -ScriptBlock ([scriptblock]::Create("Add-Content '$told' `"`$(`$_.Cause) `$(`$_.Id) `$(`$_.Transition)`"")))
            # Nodes of tests may have an old kubelet, which is an alert of its own.
            function Get-Told { @(if (Test-Path $told) { Get-Content $told | Where-Object { $_ -like 'MemoryPressure *' } }) }
            function Get-Output($Of) { @($Of.Output | Where-Object Cause -eq MemoryPressure) }
            $monitor = @{ Name = $node; GroupBy = 'None'; Debounce = '1s'; Sink = $sinks; StatePath = (Join-Path $folder state.jsonl) }
            try {
                $job = Start-NodeHealthMonitor @monitor
                Wait-For { @($job.Verbose) -match '^Monitoring 1 nodes' } { $job.Error }
                Set-NodeAnnotation $node -Annotation @{ 'fake-kubelet/conditions' = 'MemoryPressure' } -Confirm:$false
                Wait-For { (Get-Output $job).Count } { $job.Error }
                $seen.Raised = (Get-Output $job)[0] | Select-Object Id, Cause, Severity, Transition, @{ n = 'Nodes'; e = { "$($_.Nodes)" } }
                $seen.Open = @(Get-NodeAlert $node -Status Firing -Cause MemoryPressure | ForEach-Object Id)
                $screen = (Show-ClusterHealth) -replace '\e\[[0-9;]*m'
                $seen.Screen = @($screen -match "Warning +$node MemoryPressure").Count
                $seen.IsCut = @($screen -match 'more: Test-NodeHealth').Count -eq 1
                Wait-For { (Get-Told).Count }
                Stop-Job $job
                $null = Wait-Job $job -Timeout 60
                $seen.Unobserved = @(Get-NodeAlert $node -Cause MemoryPressure | ForEach-Object Status)

                $next = Start-NodeHealthMonitor @monitor
                Wait-For { @(Get-NodeAlert $node -Status Firing -Cause MemoryPressure).Count } { $next.Error }
                Remove-NodeAnnotation $node -Key fake-kubelet/conditions -Confirm:$false
                Wait-For { (Get-Output $next).Count } { $next.Error }
                $seen.Resolved = (Get-Output $next)[0] | Select-Object Id, Transition, Sequence
                Wait-For { (Get-Told).Count -ge 2 }
                Stop-Job $next
                $null = Wait-Job $next -Timeout 60
                $seen.Told = Get-Told
            }
            finally { Remove-Item $folder -Recurse }
            """
        );

        string id = (string)seen["Raised"]!["Id"]!;
        Assert.Equal(
            ("MemoryPressure", "Warning", "Raised"),
            ((string)seen["Raised"]!["Cause"]!, (string)seen["Raised"]!["Severity"]!, (string)seen["Raised"]!["Transition"]!)
        );
        Assert.Equal(node, (string)seen["Raised"]!["Nodes"]!);
        Assert.Equal([id], Texts(seen["Open"]));
        Assert.Equal(["Unobserved"], Texts(seen["Unobserved"]));
        // Once as an open alert, once as a finding: unless the screen says that it has only the worst, because of other tests' nodes.
        int shown = (int)seen["Screen"]!;
        Assert.True(shown == 2 || (cluster.IsReal && shown == 1 && (bool)seen["IsCut"]!), $"shown {shown} times");
        Assert.Equal(
            (id, "Resolved", 2),
            ((string)seen["Resolved"]!["Id"]!, (string)seen["Resolved"]!["Transition"]!, (int)seen["Resolved"]!["Sequence"]!)
        );
        Assert.Equal([$"MemoryPressure {id} Raised", $"MemoryPressure {id} Resolved"], Texts(seen["Told"]));
        Assert.Equal(
            ["AlertRaised", "AlertResolved"],
            (await cluster.Client.ListAsync(Resources.Events, new() { Namespace = "default" }, default))
                .Items.Where(one =>
                    one.InvolvedObject.Name == node && one.Metadata.Name.Contains($".alert-{id}-", StringComparison.Ordinal)
                )
                .Select(static one => one.Reason)
                .Order(StringComparer.Ordinal)
        );
    }

    private static IEnumerable<string> Texts(JsonNode? list) => list!.AsArray().Select(static one => (string)one!);
}
