using System.Text.Json.Nodes;
using NodeManager.Bench.Clients;
using NodeManager.Bench.Clusters;
using NodeManager.Bench.Running;

namespace NodeManager.Bench.Works;

/// <summary>Drains, pwsh's start included.</summary>
internal static class Draining
{
    private const string Ours = "NodeManager", Kubectl = "kubectl", Ideal = "an ideal client", Shell = "pwsh, import and connect";

    public static Work OneNode(DrainCluster cluster, string module) => Of(cluster, module, "drain-1", "drain one node, 10 pods, maxUnavailable: 1", 1, 10, 1) with
    {
        Goals = [new(Ours, Metric.Time, 0.25, Kubectl), new(Ours, Metric.Time, 1.05, Ideal, Shell)],
    };

    public static Work FiveNodes(DrainCluster cluster, string module) => Of(cluster, module, "drain-5", "drain five nodes, 50 pods, maxUnavailable: 5% of 200 pods", 5, 200, "5%", among: 20) with
    {
        Goals = [new(Ours, Metric.Time, 1.1, Ideal, Shell)],
    };

    public static Work TenNodes(DrainCluster cluster, string module) => Of(cluster, module, "drain-10", "drain ten nodes, 1,000 pods, no PDB", 10, 1000, null) with
    {
        Goals = [new(Ours, Metric.Time, 0.05, Kubectl)],
    };

    private static Work Of(DrainCluster cluster, string module, string name, string what, int nodes, int pods, JsonNode? maxUnavailable, int? among = null)
    {
        Func<CancellationToken, Task> prepare = stop => cluster.PrepareAsync(among ?? nodes, pods, maxUnavailable, stop);
        string[] names = [.. Enumerable.Range(0, nodes).Select(Documents.NodeName)];
        var environment = new Dictionary<string, string> { ["KUBECONFIG"] = cluster.Kubeconfig };
        string connect = $"$ErrorActionPreference = 'Stop'; Import-Module '{module}'; $null = Connect-NodeManager -Kubeconfig '{cluster.Kubeconfig}'";
        string drain = $"{connect}; if (@(Invoke-NodeDrain {string.Join(',', names)} -Confirm:$false -WarningAction Ignore | Where-Object Status -eq Drained).Count -ne {nodes}) {{ exit 1 }}";
        return new(name, what + ", the shell's start included")
        {
            Contenders =
            [
                new(Shell, stop => ChildProcess.RunAsync("pwsh", ["-NoProfile", "-NonInteractive", "-Command", connect], environment, stop)),
                Checked(Ours, stop => ChildProcess.RunAsync("pwsh", ["-NoProfile", "-NonInteractive", "-Command", drain], environment, stop)),
                Checked(Ideal, stop => cluster.DrainIdeallyAsync(nodes, maxUnavailable is not null, stop)),
                Checked(Kubectl, stop => ChildProcess.RunAsync("kubectl", ["drain", .. names, "--ignore-daemonsets"], environment, stop)) with { Samples = 1 },
            ],
        };

        Contender Checked(string contender, Func<CancellationToken, Task<Sample>> run) => new(contender, async stop =>
        {
            Sample sample = await run(stop);
            await cluster.CheckAsync(nodes, stop);
            return sample;
        })
        {
            PrepareAsync = prepare,
        };
    }
}
