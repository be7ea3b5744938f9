using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using ModelContextProtocol.Protocol;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Sandbox;
using NodeManager.Server.Agents.Tools;
using NodeManager.Server.Clusters;
using NodeManager.Sessions;
using Xunit.Abstractions;

namespace NodeManager.Server.Tests.Agents;

/// <summary>Answers about a large cluster fit into a context window. A token is at least two characters of such text (measured: three).</summary>
public sealed class AgentSizeTests(ITestOutputHelper output)
{
    // In CI a cluster of a tenth: what is listed is bounded, and counts have a digit less.
    private static readonly int Nodes = int.TryParse(Environment.GetEnvironmentVariable("NODEMANAGER_AGENT_NODES"), out int nodes)
        ? nodes
        : 500;

    private const int MostTokens = 2000;
    private const int LeastCharactersPerToken = 2;

    [Fact]
    public async Task Summaries_of_a_large_cluster_stay_within_the_token_limit()
    {
        SandboxCluster sandbox = SandboxCluster.Start(new() { Nodes = Nodes, Programs = SandboxPrograms.All });
        using NodeManagerSession session = await SessionFactory.ConnectAsync(
            "sandbox",
            sandbox.Server,
            sandbox.CreateTransport(),
            sandbox,
            NullLogger.Instance,
            sandbox.Time,
            CancellationToken.None
        );
        var cluster = new ClusterSession(_ => Task.FromResult(session));
        await cluster.StartingAsync(CancellationToken.None);
        await BreakAsync(session);
        var health = new HealthTools(cluster);
        var nodes = new NodeTools(cluster);

        (string Name, CallToolResult Answer)[] answers =
        [
            ("node_health", await health.TestAsync(stop: CancellationToken.None)),
            ("cluster_summary", await nodes.SummaryAsync(CancellationToken.None)),
            ("list_nodes", await nodes.ListAsync()),
            ("node_health of a cause", await health.TestAsync(cause: "KernelDeadlock")),
        ];

        foreach ((string name, CallToolResult answer) in answers)
        {
            string text = AgentToolTests.Text(answer);
            output.WriteLine($"{name}: {text.Length} characters, {Encoding.UTF8.GetByteCount(text)} bytes\n{text}");
            if (Environment.GetEnvironmentVariable("NODEMANAGER_AGENT_ANSWERS") is { Length: > 0 } folder)
                await File.WriteAllTextAsync(Path.Combine(folder, name.Replace(' ', '-') + ".json"), text);
            // A page of ten nodes with evidence may be twice a summary.
            Assert.InRange(
                text.Length,
                1,
                MostTokens * LeastCharactersPerToken * (name.StartsWith("node_health of", StringComparison.Ordinal) ? 2 : 1)
            );
        }

        JsonElement summary = answers[0].Answer.StructuredContent!.Value;
        Assert.Equal(Nodes, summary.GetProperty("nodes").GetInt32());
        Assert.NotEqual(0, summary.GetProperty("unhealthy").GetInt32());
        Assert.Contains(
            summary.GetProperty("causes").EnumerateArray(),
            static cause => cause.GetProperty("cause").GetString() == "ReadonlyFilesystem"
        );
    }

    [Fact]
    public async Task A_summary_reads_each_kind_once()
    {
        SandboxCluster sandbox = SandboxCluster.Start(new() { Nodes = 6, Programs = SandboxPrograms.All });
        var requests = new RequestList { InnerHandler = sandbox.CreateTransport() };
        using NodeManagerSession session = await SessionFactory.ConnectAsync(
            "sandbox",
            sandbox.Server,
            requests,
            sandbox,
            NullLogger.Instance,
            sandbox.Time,
            CancellationToken.None
        );
        var cluster = new ClusterSession(_ => Task.FromResult(session));
        await cluster.StartingAsync(CancellationToken.None);
        requests.Paths.Clear();

        JsonElement summary = (await new NodeTools(cluster).SummaryAsync(CancellationToken.None)).StructuredContent!.Value;

        // Pods come in pages.
        Assert.Single(requests.Paths, "/api/v1/nodes");
        Assert.Equal(["/api/v1/nodes", "/api/v1/pods", "/apis/metrics.k8s.io/v1beta1/nodes"], requests.Paths.Distinct().Order());
        Assert.Equal(6, summary.GetProperty("nodes").GetInt32());
        Assert.NotEqual(0, summary.GetProperty("pods").GetInt32());
    }

    private sealed class RequestList : DelegatingHandler
    {
        public ConcurrentBag<string> Paths { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Paths.Add(request.RequestUri!.AbsolutePath);
            return base.SendAsync(request, cancellationToken);
        }
    }

    // Eight problems over a fifth of the nodes, with the long messages that detectors write.
    private static async Task BreakAsync(NodeManagerSession session)
    {
        string[] types =
        [
            "KernelDeadlock",
            "ReadonlyFilesystem",
            "FrequentKubeletRestart",
            "FrequentContainerdRestart",
            "XfsShutdown",
            "KubeletUnhealthy",
            "MemoryPressure",
            "DiskPressure",
        ];
        List<string> names = [];
        await foreach (
            ClusterNode node in Core.Nodes.Reading.NodeReader.ReadAsync(
                session,
                new(),
                static missing => throw missing,
                Core.Progress.NullObserver.Instance,
                CancellationToken.None
            )
        )
            names.Add(node.Name);
        await Parallel.ForEachAsync(
            names.Where(static (_, index) => index % 5 == 0).Select(static (name, index) => (name, index)),
            async (one, stop) =>
            {
                var condition = new JsonObject
                {
                    ["type"] = types[one.index % types.Length],
                    ["status"] = "True",
                    ["reason"] = "Detected",
                    ["message"] =
                        $"task umount.aufs:{one.index} blocked for more than 300 seconds, and the kernel has reported it {one.index} times since: "
                        + new string('m', 400),
                };
                await session
                    .Connection()
                    .Client.PatchAsync(
                        Resources.Nodes,
                        one.name,
                        null,
                        Patch.Strategic(new() { ["status"] = new JsonObject { ["conditions"] = new JsonArray(condition) } }),
                        "status",
                        RequestOptions.Default,
                        stop
                    );
            }
        );
    }
}
