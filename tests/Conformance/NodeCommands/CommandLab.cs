using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Nodes.Commands;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.NodeCommands;

/// <summary>A node, and a namespace for commands on it: that of the test.</summary>
internal sealed class CommandLab : IAsyncDisposable
{
    public static readonly string Image = "example.local/shell@sha256:" + new string('0', 64);

    private CommandLab(TestCluster cluster, string node, NodeManagerSession session)
    {
        Cluster = cluster;
        Node = node;
        Session = session;
    }

    public TestCluster Cluster { get; }

    public string Id => Cluster.Id;

    public string Node { get; }

    public NodeManagerSession Session { get; }

    /// <param name="wrap">Puts faults between the session and the server.</param>
    /// <param name="isKubeletDead">The test reports the states of pods.</param>
    public static async Task<CommandLab> StartAsync(
        string backend,
        Func<HttpMessageHandler, HttpMessageHandler>? wrap = null,
        bool isKubeletDead = false
    )
    {
        TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        string node = isKubeletDead
            ? (await cluster.AddNodesAsync(1, static one => one.Annotate("fake-kubelet/ignore", "true"), ready: false))[0]
            : await cluster.AddNodeAsync();
        NodeManagerSession session = await cluster.ConnectAsync(wrap);
        session.Configure(before => new(before) { NodeCommandImage = Image, NodeCommandNamespace = cluster.Namespace });
        return new(cluster, node, session);
    }

    public NodeCommandRequest Request(string command) =>
        new()
        {
            Node = Node,
            Command = command,
            RunId = "run-" + Id,
        };

    public Task<NodeCommandResult> RunAsync(string command, int tail = 1000, TimeSpan? timeout = null) =>
        new NodeCommandRunner(Session, NullObserver.Instance).RunAsync(
            Request(command) with
            {
                Tail = tail,
                Timeout = timeout ?? NodeCommandRequest.DefaultTimeout,
            },
            default
        );

    /// <summary>Sets what the simulated kubelet does with commands.</summary>
    public Task SimulateAsync(string annotation, string value) => Cluster.AnnotateAsync(Resources.Nodes, Node, annotation, value);

    public async Task<IReadOnlyList<Pod>> PodsAsync() => await Cluster.ListPodsAsync(NodeCommandPod.Label);

    public Task DeleteAsync(Pod pod) =>
        Cluster.Client.DeleteAsync(Resources.Pods, pod.Metadata.Name, Cluster.Namespace, new() { GracePeriodSeconds = 0 }, default);

    public Task AddPodAsync(string name) =>
        Cluster.AddPodAsync(name, Node, static pod => pod.Label(NodeCommandPod.Label, "run"), untilPhase: null);

    /// <param name="process">The process that opened the shell, as user@machine/process.</param>
    public Task AddShellAsync(string name, string process) =>
        Cluster.AddPodAsync(
            name,
            Node,
            pod => pod.Label(NodeCommandPod.Label, "run").Annotate("nodemanager.io/node-shell", process),
            untilPhase: null
        );

    public Task ReportAsync(Pod pod, JsonObject status) => ReportAsync(pod.Metadata.Name, status);

    public Task ReportAsync(string pod, JsonObject status) =>
        Cluster.Client.PatchAsync(
            Resources.Pods,
            pod,
            Cluster.Namespace,
            Patch.Merge(new() { ["status"] = status }),
            "status",
            RequestOptions.Default,
            default
        );

    /// <summary>Reports the node Ready, in place of its kubelet.</summary>
    public Task ReportReadyAsync() =>
        Cluster.Client.PatchAsync(
            Resources.Nodes,
            Node,
            null,
            Patch.Strategic(
                new()
                {
                    ["status"] = new JsonObject
                    {
                        ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "True" }),
                    },
                }
            ),
            "status",
            RequestOptions.Default,
            default
        );

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}
