using System.Text.Json.Nodes;
using NodeManager.Bench.Clients;
using NodeManager.Bench.Clusters;
using NodeManager.Bench.Running;

namespace NodeManager.Bench.Works;

/// <summary>Drains, pwsh's start included.</summary>
internal static class Draining
{
    private const string Ours = "NodeManager",
        // The runtime compiles hot methods once instead of twice.
        OursWithoutProfiles = "NodeManager, DOTNET_TieredPGO=0",
        Kubectl = "kubectl",
        Ideal = "an ideal client",
        Shell = "pwsh",
        Connected = "pwsh, import and connect";

    // As many as a PDB of 5 % lets go in a few minutes.
    private const int Nodes = 5,
        PodsAmong = 200,
        Among = 20;

    public static Work OneNode(DrainCluster cluster, string module) =>
        Of(cluster, module, "drain-1", "drain one node, 10 pods, maxUnavailable: 1", 1, 10, 1) with
        {
            Goals =
            [
                new(Ours, Metric.Time, 0.25, Kubectl) { Row = Asked.DrainOne },
                new(Ours, Metric.Time, 1.05, Ideal, Shell) { Row = Asked.DrainOne },
                new(Ours, Metric.Cpu, 1200, Above: Shell) { Row = Asked.DrainOne },
            ],
        };

    public static Work FiveNodes(DrainCluster cluster, string module) =>
        Of(cluster, module, "drain-5", "drain five nodes, 50 pods, maxUnavailable: 5% of 200 pods", Nodes, PodsAmong, "5%", Among) with
        {
            Goals = [new(Ours, Metric.Time, 1.1, Ideal, Shell) { Row = Asked.DrainFive }],
        };

    public static Work TenNodes(DrainCluster cluster, string module) =>
        Of(cluster, module, "drain-10", "drain ten nodes, 1,000 pods, no PDB", 10, 1000, null) with
        {
            Goals =
            [
                new(Ours, Metric.Time, 0.05, Kubectl) { Row = Asked.DrainTen },
                new(Ours, Metric.Cpu, 3000, Above: Shell) { Row = Asked.DrainTen },
            ],
        };

    /// <summary>What a drain of five nodes would do.</summary>
    public static Work Plan(DrainCluster cluster, string module)
    {
        Setup setup = new(cluster, module, Nodes);
        Func<CancellationToken, Task>? prepare = stop => cluster.PrepareAsync(Among, PodsAmong, "5%", stop);
        return new("drain-plan", "plan a drain of five nodes with 50 pods, the shell's start included")
        {
            Contenders =
            [
                new(
                    Shell,
                    async stop =>
                    {
                        // Once: a plan changes nothing.
                        if (Interlocked.Exchange(ref prepare, null) is { } once)
                            await once(stop);
                        return await setup.ShellAsync("exit", stop);
                    }
                ),
                new(Connected, stop => setup.ShellAsync(setup.Connect, stop)),
                new(
                    Ours,
                    stop =>
                        setup.ShellAsync($"{setup.Connect}; if (@(Get-NodeDrainPlan {setup.List}).Pods.Count -lt 50) {{ exit 1 }}", stop)
                ),
                new(
                    Kubectl,
                    stop =>
                        ChildProcess.RunAsync(
                            KubectlProgram.Executable,
                            ["drain", .. setup.Names, "--ignore-daemonsets", "--dry-run=client"],
                            setup.Environment,
                            stop
                        )
                ),
            ],
            Subject = Ours,
        };
    }

    private static Work Of(
        DrainCluster cluster,
        string module,
        string name,
        string what,
        int nodes,
        int pods,
        JsonNode? maxUnavailable,
        int? among = null
    )
    {
        Setup setup = new(cluster, module, nodes);
        string drained = $"@(Invoke-NodeDrain {setup.List} -Confirm:$false -WarningAction Ignore | Where-Object Status -eq Drained)";
        string drain = $"{setup.Connect}; if ({drained}.Count -ne {nodes}) {{ exit 1 }}";
        return new(name, what + ", the shell's start included")
        {
            Contenders =
            [
                new(Shell, stop => setup.ShellAsync("exit", stop)),
                new(Connected, stop => setup.ShellAsync(setup.Connect, stop)),
                Checked(Ours, stop => setup.ShellAsync(drain, stop)),
                Checked(OursWithoutProfiles, stop => (setup with { Profiles = false }).ShellAsync(drain, stop)),
                Checked(Ideal, stop => cluster.DrainIdeallyAsync(nodes, maxUnavailable is not null, stop)),
                Checked(
                    Kubectl,
                    stop =>
                        ChildProcess.RunAsync(
                            KubectlProgram.Executable,
                            ["drain", .. setup.Names, "--ignore-daemonsets"],
                            setup.Environment,
                            stop
                        )
                ) with
                {
                    Samples = 1,
                },
            ],
            Subject = Ours,
            IsWarmed = false,
        };

        Contender Checked(string contender, Func<CancellationToken, Task<Sample>> run) =>
            new(
                contender,
                async stop =>
                {
                    Sample sample = await run(stop);
                    await cluster.CheckAsync(nodes, stop);
                    return sample;
                }
            )
            {
                PrepareAsync = stop => cluster.PrepareAsync(among ?? nodes, pods, maxUnavailable, stop),
            };
    }

    // How a shell of its own reaches the cluster, and the nodes that it is about.
    private sealed record Setup(DrainCluster Cluster, string Module, int Nodes)
    {
        public IReadOnlyList<string> Names { get; } = [.. Enumerable.Range(0, Nodes).Select(Documents.NodeName)];

        public string List => string.Join(',', Names);

        public string Connect => $"Import-Module '{Module}'; $null = Connect-NodeManager -Kubeconfig '{Cluster.Kubeconfig}'";

        /// <summary>The shell has the runtime's default: it instruments hot methods before it compiles them.</summary>
        public bool Profiles { get; init; } = true;

        public IReadOnlyDictionary<string, string> Environment =>
            new Dictionary<string, string> { ["KUBECONFIG"] = Cluster.Kubeconfig, ["DOTNET_TieredPGO"] = Profiles ? "1" : "0" };

        public Task<Sample> ShellAsync(string script, CancellationToken cancellationToken) =>
            ChildProcess.RunAsync(
                "pwsh",
                ["-NoProfile", "-NonInteractive", "-Command", "$ErrorActionPreference = 'Stop'; " + script],
                Environment,
                cancellationToken
            );
    }
}
