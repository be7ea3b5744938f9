using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Kubelets;

/// <summary>The cluster of a comparison: the embedded one, or a real one with real kubelets.</summary>
internal sealed class CourseCluster : IAsyncDisposable
{
    private const string Variable = "NODEMANAGER_REAL_KUBECONFIG",
        Program = "NODEMANAGER_REAL_KUBELET",
        Nightly = "NODEMANAGER_REAL_NIGHTLY";

    private readonly TestCluster? _embedded;

    private CourseCluster(TestCluster? embedded, KubernetesClient client, IReadOnlyList<string> nodes)
    {
        _embedded = embedded;
        Client = client;
        Nodes = nodes;
    }

    public KubernetesClient Client { get; }

    public IReadOnlyList<string> Nodes { get; }

    public TimeProvider Time => _embedded?.Time ?? TimeProvider.System;

    public static async Task<CourseCluster> EmbeddedAsync(int nodes, double speed)
    {
        TestCluster cluster = await TestCluster.StartAsync(Backend.Sandbox, speed: speed);
        return new(cluster, cluster.Client, await cluster.AddNodesAsync(nodes));
    }

    public static async Task<CourseCluster> RealAsync(int nodes, bool stopsKubelets)
    {
        Skip.If(Environment.GetEnvironmentVariable(Nightly) != "1", $"{Nightly} is not 1.");
        string? path = Environment.GetEnvironmentVariable(Variable);
        Skip.If(string.IsNullOrEmpty(path), $"{Variable} does not name the kubeconfig of a cluster with real kubelets.");
        Skip.If(stopsKubelets && string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Program)), $"{Program} names no program.");
        var client = KubernetesClient.Create(Kubeconfig.Load(new() { Paths = [path] }), new());
        // Taints of an outage go some time after it.
        List<Node> free = await Eventually.GetAsync(
            $"{nodes} nodes without taints",
            async () =>
                (await client.ListAsync(Resources.Nodes, new(), default)).Items.FindAll(static one =>
                    one.Spec.Taints is not { Count: > 0 }
                ),
            free => free.Count >= nodes
        );
        return new(null, client, [.. free.Select(static one => one.Metadata.Name).Take(nodes)]);
    }

    public Task CreateAsync(string ns, JsonObject manifest)
    {
        string[] type = ((string)manifest["apiVersion"]!).Split('/');
        string path = type.Length == 1 ? "/api/v1" : $"/apis/{type[0]}/{type[1]}";
        string kind = ((string)manifest["kind"]!).ToLowerInvariant() + "s";
        return Client.SendAsync(
            HttpMethod.Post,
            kind == "namespaces" ? $"{path}/{kind}" : $"{path}/namespaces/{ns}/{kind}",
            new StringContent(manifest.ToJsonString(), Encoding.UTF8, "application/json"),
            Resources.Namespaces.Item,
            RequestOptions.Default,
            default
        );
    }

    /// <summary>Does to the kubelet of a node what the action is about.</summary>
    public async Task KubeletAsync(CourseAction action, string node)
    {
        if (_embedded?.Sandbox is not { } embedded)
        {
            await RunAsync(action, node);
            return;
        }

        if (action is CourseAction.StartKubelet or CourseAction.ContinueKubelet)
            embedded.ClearFault(node);
        else
            embedded.SetFault(
                new()
                {
                    Kind = action == CourseAction.StopKubelet ? SandboxFaultKind.KubeletDown : SandboxFaultKind.KubeletPaused,
                    Name = node,
                    Nodes = [node],
                }
            );
    }

    public async ValueTask DisposeAsync()
    {
        if (_embedded is not null)
            await _embedded.DisposeAsync();
        else
            Client.Dispose();
    }

    private static async Task RunAsync(CourseAction action, string node)
    {
        string verb = action.ToString().Replace("Kubelet", "", StringComparison.Ordinal).ToLowerInvariant();
        using Process process = Process.Start(Environment.GetEnvironmentVariable(Program)!, [verb, node]);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}
