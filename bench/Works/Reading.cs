using System.Globalization;
using NodeManager.Bench.Running;

namespace NodeManager.Bench.Works;

/// <summary>Reads of nodes, of few and of many.</summary>
internal static class Reading
{
    private const string Nodes = "api/v1/nodes", Pods = "api/v1/pods";
    private const string Ours = "NodeManager", Kubectl = "kubectl", Curl = "curl", Compressed = "curl --compressed";

    public static Work List(BenchSetting setting, int nodes)
    {
        string count = nodes.ToString(CultureInfo.InvariantCulture);
        return new($"list-{count}", $"list {count} nodes as typed objects, connected")
        {
            Contenders =
            [
                setting.Connected(Ours, "@(Get-ClusterNode).Count", count),
                setting.Kubectl(Kubectl, "get", "nodes", "-o", "json"),
                setting.Curl(Curl, isCompressed: false, Nodes),
                setting.Curl(Compressed, isCompressed: true, Nodes),
                setting.KubectlObjects("kubectl -o json | ConvertFrom-Json", "get nodes -o json", count),
            ],
            Goals = [new(Ours, Metric.Time, 0.12, Kubectl), new(Ours, Metric.Time, 0.8, Curl), new(Ours, Metric.Time, 0.8, Compressed)],
        };
    }

    public static Work Start(BenchSetting setting, int nodes)
    {
        string count = nodes.ToString(CultureInfo.InvariantCulture);
        const string Shell = "pwsh", List = "pwsh, import, connect and list";
        return new("start", $"import, connect and list {count} nodes, in a fresh pwsh")
        {
            Contenders =
            [
                setting.Shell(Shell, "exit"),
                setting.ImportedShell("pwsh, import", "exit"),
                setting.ConnectedShell("pwsh, import and connect", "exit"),
                setting.ConnectedShell(List, $"$nodes = @(Get-ClusterNode); if ($nodes.Count -ne {count}) {{ exit 1 }}"),
                setting.Kubectl(Kubectl, "get", "nodes", "-o", "json"),
            ],
            Goals = [new(List, Metric.Time, 800, Above: Shell), new(List, Metric.Peak, 50 * 1048576, Above: Shell)],
        };
    }

    public static Work One(BenchSetting setting, string name) => new("node", "read one node, connected")
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
        Contender first = setting.Connected(Ours, "$all = @(Get-ClusterNode -Usage); \"$($all.Count) $(($all | Measure-Object PodCount -Sum).Sum)\"", string.Create(CultureInfo.InvariantCulture, $"{count} {pods}"));
        return new("usage", string.Create(CultureInfo.InvariantCulture, $"{nodes} nodes with requests and pod counts from {pods} pods, connected"))
        {
            // A session keeps the pods for a while: each first read has a new one.
            Contenders =
            [
                first with { PrepareAsync = setting.Before("Disconnect-NodeManager; $null = Connect-NodeManager") },
                first with { Name = "NodeManager, again" },
                setting.Kubectl(Kubectl, "get", "nodes,pods", "-A", "-o", "json") with { Samples = 1 },
                setting.Curl(Curl, isCompressed: false, Nodes, Pods),
                setting.Curl(Compressed, isCompressed: true, Nodes, Pods),
            ],
            Goals = [new(Ours, Metric.Time, 1.2, Curl), new(Ours, Metric.Cpu, 0.2, Kubectl)],
        };
    }

    public static Work Statistics(BenchSetting setting) => new("statistics", "the sums of the cluster, connected")
    {
        Contenders =
        [
            setting.Connected(Ours, "$null = Get-ClusterStatistic", null) with { PrepareAsync = setting.Before("Disconnect-NodeManager; $null = Connect-NodeManager") },
            setting.Kubectl(Kubectl, "get", "nodes,pods", "-A", "-o", "json") with { Samples = 1 },
            setting.Curl(Compressed, isCompressed: true, Nodes, Pods),
        ],
    };
}
