using System.Globalization;
using NodeManager.Bench.Clusters;
using NodeManager.Bench.Running;

namespace NodeManager.Bench.Works;

/// <summary>The embedded cluster: its start, lists of it, and a copy of a real one.</summary>
internal static class Embedding
{
    private const string Shell = "pwsh";

    public static Work Start(BenchSetting setting, int nodes)
    {
        const string Started = "Connect-NodeManager -Sandbox",
            Used = "start, list, usage, statistics";
        string start = string.Create(CultureInfo.InvariantCulture, $"$null = Connect-NodeManager -Sandbox -SandboxNodes {nodes}");
        return new(
            string.Create(CultureInfo.InvariantCulture, $"sandbox-{nodes}"),
            string.Create(CultureInfo.InvariantCulture, $"an embedded cluster of {nodes} nodes with ten running pods each, in a fresh pwsh")
        )
        {
            Contenders =
            [
                setting.Shell(Shell, "exit"),
                setting.ImportedShell(Started, start),
                setting.ImportedShell(
                    Used,
                    $"{start}; if (@(Get-ClusterNode).Count -ne {nodes} -or @(Get-ClusterNode -Usage).Count -ne {nodes}) {{ exit 1 }}; $null = Get-ClusterStatistic"
                ),
            ],
            Subject = Started,
            IsWarmed = false,
            Goals =
                nodes == 5000
                    ?
                    [
                        new(Started, Metric.Time, 5000, Above: Shell) { Row = Asked.Sandbox },
                        new(Started, Metric.Peak, 400 * 1048576) { Row = Asked.Sandbox },
                    ]
                    : [],
        };
    }

    public static Work List(BenchSetting setting, int nodes)
    {
        string count = nodes.ToString(CultureInfo.InvariantCulture);
        string prepare = $"if (-not $embedded) {{ $embedded = Connect-NodeManager -Sandbox -SandboxNodes {count} }}";
        Func<CancellationToken, Task> started = setting.Before(prepare);
        return new("sandbox-list-" + count, $"read {count} nodes of an embedded cluster, connected")
        {
            Contenders =
            [
                setting.Connected("Get-ClusterNode", "@(Get-ClusterNode -Session $embedded).Count", count) with
                {
                    PrepareAsync = started,
                },
                setting.Connected("Get-ClusterNode -Usage", "@(Get-ClusterNode -Usage -Session $embedded).Count", count) with
                {
                    PrepareAsync = started,
                },
                setting.Connected("Get-ClusterStatistic", "(Get-ClusterStatistic -Session $embedded).Nodes", count) with
                {
                    PrepareAsync = started,
                },
            ],
        };
    }

    /// <summary>One of each, in one session: that it works, how long it takes, and how large the process gets.</summary>
    public static Work Large(BenchSetting setting, int nodes)
    {
        string count = nodes.ToString(CultureInfo.InvariantCulture);
        return new("sandbox-" + count, $"an embedded cluster of {count} nodes with ten running pods each, in a session")
        {
            Contenders =
            [
                .. new (string Name, string Script)[]
                {
                    ("start", $"$large = Connect-NodeManager -Sandbox -SandboxNodes {count}; {count}"),
                    ("list", "@(Get-ClusterNode -Session $large).Count"),
                    ("list again", "@(Get-ClusterNode -Session $large).Count"),
                    ("usage", "$all = @(Get-ClusterNode -Usage -Session $large); $all.Count"),
                    ("statistics", "(Get-ClusterStatistic -Session $large).Nodes"),
                    ("drain plan", $"$null = Get-NodeDrainPlan $all[-1] -Session $large; {count}"),
                }.Select(one => setting.Connected(one.Name, one.Script, count) with { Samples = 1 }),
            ],
            IsWarmed = false,
        };
    }

    /// <param name="setting">A cluster with just these.</param>
    /// <param name="nodes">How many.</param>
    /// <param name="pods">How many.</param>
    public static Work Copy(BenchSetting setting, int nodes, int pods)
    {
        const string Ours = "New-Sandbox -From",
            Connected = "pwsh, import and connect";
        return new(
            "copy",
            string.Create(
                CultureInfo.InvariantCulture,
                $"copy a cluster of {nodes} nodes and {pods} pods into an embedded one, in a fresh pwsh"
            )
        )
        {
            Contenders =
            [
                setting.ConnectedShell(Connected, "exit"),
                setting.ConnectedShell(
                    Ours,
                    $"$copy = New-Sandbox -From (Get-NodeManagerSession); if (@(Get-ClusterNode -Session $copy).Count -ne {nodes} -or @(Get-NodePod {Documents.NodeName(42)} -Session $copy).Count -ne {pods / nodes}) {{ exit 1 }}"
                ),
            ],
            Subject = Ours,
            Goals = [new(Ours, Metric.Time, 4000, Above: Connected) { Row = Asked.Copy }],
        };
    }
}
