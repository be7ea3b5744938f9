using System.Globalization;
using NodeManager.Bench.Clients;
using NodeManager.Bench.Running;

namespace NodeManager.Bench.Works;

/// <summary>The scheduler: its configuration, and the embedded one at work.</summary>
internal static class SchedulerWorks
{
    private const string Ours = "NodeManager";

    public static Work Edit(BenchSetting setting) =>
        new("scheduler-edit", "disable a plugin in the file of a scheduler's configuration, in a session")
        {
            Contenders =
            [
                setting.Connected(
                    Ours,
                    "Disable-SchedulerPlugin ImageLocality -Path $file; Select-String -Quiet ImageLocality $file",
                    "True"
                ) with
                {
                    PrepareAsync = setting.Before(
                        """
                        $file = Join-Path ([IO.Path]::GetTempPath()) "bench-$PID.yaml"
                        "apiVersion: kubescheduler.config.k8s.io/v1`nkind: KubeSchedulerConfiguration`nprofiles:`n- schedulerName: default-scheduler # ours`n" | Set-Content $file
                        """
                    ),
                },
            ],
            FinishAsync = setting.Before(
                "Remove-Item $file, \"$file.*\" -ErrorAction Ignore; Get-Item \"$file*.bak\" -ErrorAction Ignore | Remove-Item"
            ),
        };

    /// <summary>As many pods as were bound when it was measured before: 44.5 s of CPU time.</summary>
    public static Work Bind(int nodes, int pods) =>
        new(
            "scheduler-pods",
            string.Create(CultureInfo.InvariantCulture, $"bind {pods} new pods on {nodes} nodes that have ten each, embedded cluster")
        )
        {
            Contenders =
            [
                new(
                    Ours,
                    stop =>
                        InsideProcess.RunAsync(
                            ["scheduling", nodes.ToString(CultureInfo.InvariantCulture), pods.ToString(CultureInfo.InvariantCulture)],
                            stop
                        )
                ),
            ],
            IsWarmed = false,
            Goals = nodes == 5000 ? [new(Ours, Metric.Cpu, 22_250) { Row = Asked.Scheduler }] : [],
        };
}
