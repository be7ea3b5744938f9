using System.Diagnostics;
using System.Globalization;
using NodeManager.Bench.Clusters;
using NodeManager.Bench.Running;

namespace NodeManager.Bench.Works;

/// <summary>Reads of nodes, of few and of many.</summary>
internal static class Reading
{
    private const string Nodes = "api/v1/nodes",
        Pods = "api/v1/pods";
    private const int Few = 1000;

    // Of what takes ten seconds and more.
    private const int SlowSamples = 2;

    // What the server and the connection take of a list in pages.
    private const string Pages = "the same pages, bytes dropped";

    private const string Ours = "NodeManager",
        Kubectl = "kubectl",
        Curl = "curl",
        Compressed = "curl --compressed";

    public static Work List(BenchSetting setting, int nodes)
    {
        string count = nodes.ToString(CultureInfo.InvariantCulture);
        return new($"list-{count}", $"list {count} nodes as typed objects, connected")
        {
            Contenders =
            [
                setting.Connected(Ours, "@(Get-ClusterNode).Count", count),
                setting.Kubectl(Kubectl, "get", "nodes", "-o", "json") with
                {
                    Samples = SlowSamples,
                },
                setting.Curl(Curl, isCompressed: false, Nodes),
                setting.Curl(Compressed, isCompressed: true, Nodes),
                new(Pages, stop => DropPagesAsync(setting.Cluster, stop)),
                setting.KubectlObjects("kubectl -o json | ConvertFrom-Json", "get nodes -o json", count) with
                {
                    Samples = 1,
                },
            ],
            Goals =
                nodes == Few
                    ? []
                    :
                    [
                        new(Ours, Metric.Time, 0.12, Kubectl) { Row = Asked.List },
                        new(Ours, Metric.Time, 0.8, Curl) { Row = Asked.List },
                        new(Ours, Metric.Time, 0.8, Compressed) { Row = Asked.List },
                    ],
        };
    }

    public static Work Start(BenchSetting setting, int nodes)
    {
        string count = nodes.ToString(CultureInfo.InvariantCulture);
        const string Shell = "pwsh",
            Import = "pwsh, import",
            List = "pwsh, import, connect and list";
        return new("start", $"import, connect and list {count} nodes, in a fresh pwsh")
        {
            Contenders =
            [
                setting.Shell(Shell, "exit"),
                setting.ImportedShell(Import, "exit"),
                setting.ConnectedShell("pwsh, import and connect", "exit"),
                setting.ConnectedShell(List, $"$nodes = @(Get-ClusterNode); if ($nodes.Count -ne {count}) {{ exit 1 }}"),
                setting.HttpShell("pwsh, HttpClient, bytes dropped", Nodes, (nodes + 499) / 500),
                setting.Kubectl(Kubectl, "get", "nodes", "-o", "json") with
                {
                    Samples = 1,
                },
            ],
            Subject = List,
            Goals =
            [
                new(List, Metric.Peak, 50 * 1048576, Above: Shell) { Row = Asked.ListMemory },
                new(List, Metric.Time, 800, Above: Shell) { Row = Asked.Start },
                new(Import, Metric.Time, 60, Above: Shell) { Row = Asked.Import },
                new(Import, Metric.Peak, 12 * 1048576, Above: Shell) { Row = Asked.Import },
            ],
        };
    }

    /// <summary>The packed module with code compiled for this platform, and without it.</summary>
    public static Work Compiled(BenchSetting setting, int nodes)
    {
        string connect = "exit",
            list = string.Create(CultureInfo.InvariantCulture, $"$nodes = @(Get-ClusterNode); if ($nodes.Count -ne {nodes}) {{ exit 1 }}");
        const string Subject = "ReadyToRun: import, connect and list";
        return new(
            "start-compiled",
            string.Create(
                CultureInfo.InvariantCulture,
                $"import, connect and list {nodes} nodes with code that is compiled before (ReadyToRun), and with IL"
            )
        )
        {
            Contenders =
            [
                setting.Shell("pwsh", "exit"),
                setting.ConnectedShell("ReadyToRun: import and connect", connect),
                setting.CompilingShell("IL: import and connect", connect),
                setting.ConnectedShell(Subject, list),
                setting.CompilingShell("IL: import, connect and list", list),
            ],
            Subject = Subject,
        };
    }

    public static Work One(BenchSetting setting, string name) =>
        new("node", "read one node, connected")
        {
            Contenders =
            [
                setting.Connected(Ours, $"(Get-ClusterNode {name}).Name", name),
                setting.Kubectl(Kubectl, "get", "node", name, "-o", "json"),
                setting.Curl(Curl, isCompressed: false, $"{Nodes}/{name}"),
            ],
        };

    public static Work Usage(BenchSetting setting, int nodes, int pods)
    {
        string count = nodes.ToString(CultureInfo.InvariantCulture);
        Contender first = setting.Connected(
            Ours,
            "$all = @(Get-ClusterNode -Usage); \"$($all.Count) $(($all | Measure-Object PodCount -Sum).Sum)\"",
            string.Create(CultureInfo.InvariantCulture, $"{count} {pods}")
        );
        return new(
            "usage-" + count,
            string.Create(CultureInfo.InvariantCulture, $"{nodes} nodes with requests and pod counts from {pods} pods, connected")
        )
        {
            // A session keeps the pods for a while: each first read has a new one.
            Contenders =
            [
                first with
                {
                    PrepareAsync = setting.Before("Disconnect-NodeManager; $null = Connect-NodeManager"),
                },
                first with
                {
                    Name = "NodeManager, again",
                },
                setting.Kubectl(Kubectl, "get", "nodes,pods", "-A", "-o", "json") with
                {
                    Samples = 1,
                },
                setting.Curl(Curl, isCompressed: false, Nodes, Pods),
                setting.Curl(Compressed, isCompressed: true, Nodes, Pods) with
                {
                    Samples = SlowSamples,
                },
            ],
            Goals =
                nodes == Few
                    ? []
                    : [new(Ours, Metric.Time, 1.2, Curl) { Row = Asked.Usage }, new(Ours, Metric.Cpu, 0.2, Kubectl) { Row = Asked.Usage }],
        };
    }

    /// <summary>Peers read for it what they read for <see cref="Usage"/>.</summary>
    public static Work Statistics(BenchSetting setting, int nodes) =>
        new(
            string.Create(CultureInfo.InvariantCulture, $"statistics-{nodes}"),
            string.Create(CultureInfo.InvariantCulture, $"the sums of a cluster of {nodes} nodes, connected")
        )
        {
            Contenders =
            [
                setting.Connected(Ours, "$null = Get-ClusterStatistic", null) with
                {
                    PrepareAsync = setting.Before("Disconnect-NodeManager; $null = Connect-NodeManager"),
                },
            ],
        };

    /// <summary>Of a cluster that serves metrics.</summary>
    public static Work Metrics(BenchSetting setting, int nodes) =>
        new("metrics", string.Create(CultureInfo.InvariantCulture, $"{nodes} nodes with what they use by metrics.k8s.io, connected"))
        {
            Contenders =
            [
                setting.Connected(
                    "NodeManager, with pods",
                    "@(Get-ClusterNode -Usage | Where-Object { $_.Usage }).Count",
                    nodes.ToString(CultureInfo.InvariantCulture)
                ) with
                {
                    PrepareAsync = setting.Before("Disconnect-NodeManager; $null = Connect-NodeManager"),
                },
                setting.Connected(
                    "NodeManager, with pods, again",
                    "@(Get-ClusterNode -Usage | Where-Object { $_.Usage }).Count",
                    nodes.ToString(CultureInfo.InvariantCulture)
                ),
                setting.Kubectl("kubectl top nodes", "top", "nodes"),
                setting.Curl("curl --compressed, nodes and metrics", isCompressed: true, Nodes, Documents.Metrics),
            ],
        };

    private static async Task<Sample> DropPagesAsync(BenchCluster cluster, CancellationToken cancellationToken)
    {
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        string next = "";
        do next = await cluster.Api.DropPageAsync(Nodes, next, cancellationToken);
        while (next.Length > 0);
        return new(watch.Elapsed.TotalMilliseconds, (Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds);
    }
}
