using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Api.Faults;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Tests.Controllers;

namespace NodeManager.Sandbox.Tests.Faults;

/// <summary>What faults do to nodes and pods; the clock is moved by the tests.</summary>
public sealed class NodeFaultTests : IDisposable
{
    private readonly LiveCluster _live = new();

    public void Dispose() => _live.Dispose();

    [Fact]
    public async Task A_node_that_goes_down_is_lost_and_returns_after_a_reboot()
    {
        await _live.OpenNodesAsync("a", "b");
        string boot = BootOf("a");

        _live.Cluster.SetFault(
            new()
            {
                Kind = SandboxFaultKind.NodeDown,
                Nodes = ["a"],
                For = TimeSpan.FromMinutes(5),
            }
        );
        await _live.UntilAsync(() => Ready("a") == "Unknown", "a lost", TimeSpan.FromSeconds(1));
        string other = Ready("b");
        await _live.UntilAsync(() => Ready("a") == "True", "a back", TimeSpan.FromSeconds(1));

        Assert.Equal("True", other);
        Assert.NotEqual(boot, BootOf("a"));
        FaultStatus fault = Assert.Single(_live.Cluster.GetFaults());
        Assert.Equal((SandboxFaultState.Ended, 1), (fault.State, fault.Hits));
    }

    [Fact]
    public async Task A_fault_starts_at_its_time()
    {
        await _live.OpenNodesAsync("a");
        FaultStatus set = _live.Cluster.SetFault(
            new()
            {
                Kind = SandboxFaultKind.MemoryPressure,
                At = _live.Clock.GetUtcNow() + TimeSpan.FromMinutes(2),
                For = TimeSpan.FromMinutes(3),
            }
        );

        await _live.PassAsync(TimeSpan.FromMinutes(1));
        string early = Condition("a", "MemoryPressure");
        await _live.UntilAsync(() => Condition("a", "MemoryPressure") == "True", "the pressure", TimeSpan.FromSeconds(1));
        bool isInTime = _live.Clock.GetUtcNow() >= set.StartsAt;
        await _live.UntilAsync(() => Condition("a", "MemoryPressure") == "False", "its end", TimeSpan.FromSeconds(1));

        Assert.Equal((SandboxFaultState.Waiting, "False", true), (set.State, early, isInTime));
        Assert.True(_live.Clock.GetUtcNow() >= set.EndsAt);
        await _live.UntilAsync(() => _live.Node("a").Spec.Taints is null or [], "the taint's end");
    }

    [Fact]
    public async Task A_flapping_node_is_not_ready_for_half_of_each_period()
    {
        await _live.OpenNodesAsync("a");
        _live.Cluster.SetFault(
            new()
            {
                Kind = SandboxFaultKind.NodeFlapping,
                Nodes = ["a"],
                Period = TimeSpan.FromMinutes(1),
            }
        );

        for (int turn = 0; turn < 2; turn++)
        {
            await _live.UntilAsync(() => Ready("a") == "False", "down", TimeSpan.FromSeconds(1));
            await _live.UntilAsync(() => Ready("a") == "True", "up", TimeSpan.FromSeconds(1));
        }

        _live.Cluster.ClearFault(_live.Cluster.GetFaults()[0].Request.Name!);
        Assert.Empty(_live.Cluster.GetFaults());
    }

    [Fact]
    public async Task Pods_that_never_become_ready_do_not_affect_ready_pods()
    {
        await _live.OpenNodesAsync("a");
        _live.Workload(BuiltInKinds.Deployments, "web", 2);
        await _live.UntilAsync(() => _live.Ready("web") == 2, "two ready");

        _live.Cluster.SetFault(new() { Kind = SandboxFaultKind.PodNeverReady, Workload = "Deployment/web" });
        _live.Merge(BuiltInKinds.Deployments, "web", deployment => deployment["spec"]!["replicas"] = 3);
        await _live.UntilAsync(() => Count("web", "Running") == 3, "three running");
        int ready = _live.Ready("web");
        _live.Cluster.ClearFault("podneverready-1");
        await _live.UntilAsync(() => _live.Ready("web") == 3, "three ready");

        Assert.Equal(2, ready);
    }

    [Fact]
    public async Task Unready_pods_recover_when_the_fault_ends()
    {
        await _live.OpenNodesAsync("a");
        _live.Workload(BuiltInKinds.Deployments, "web", 2);
        await _live.UntilAsync(() => _live.Ready("web") == 2, "two ready");

        _live.Cluster.SetFault(
            new()
            {
                Kind = SandboxFaultKind.PodUnready,
                PodSelector = "app=web",
                For = TimeSpan.FromMinutes(1),
            }
        );
        await _live.UntilAsync(() => _live.Ready("web") == 0, "none ready");
        await _live.UntilAsync(() => _live.Ready("web") == 2, "two again", TimeSpan.FromSeconds(1));

        Assert.Equal(2, _live.Cluster.GetFaults()[0].Hits);
    }

    [Fact]
    public async Task Pods_that_never_terminate_terminate_when_the_fault_ends()
    {
        await _live.OpenNodesAsync("a");
        _live.Pod("one");
        await _live.UntilAsync(() => _live.PodNamed("one")?.Status.Phase == "Running", "running");
        _live.Cluster.SetFault(new() { Kind = SandboxFaultKind.PodNeverEnds, Name = "stuck" });

        _live.Registry.Delete(BuiltInKinds.Pods, "default", "one", new());
        await _live.PassAsync(TimeSpan.FromMinutes(5));
        bool isStuck = _live.PodNamed("one") is not null;
        _live.Cluster.ClearFault("stuck");
        await _live.UntilAsync(() => _live.PodNamed("one") is null, "gone");

        Assert.True(isStuck);
    }

    [Fact]
    public async Task A_slow_node_takes_longer_for_each_pod()
    {
        await _live.OpenNodesAsync("a");
        _live.Cluster.SetFault(
            new()
            {
                Kind = SandboxFaultKind.NodeSlow,
                Nodes = ["?"],
                Delay = TimeSpan.FromMinutes(1),
            }
        );
        DateTimeOffset start = _live.Clock.GetUtcNow();

        _live.Pod("one");
        await _live.UntilAsync(() => _live.PodNamed("one")?.Status.Phase == "Running", "running", TimeSpan.FromSeconds(1));

        Assert.True(_live.Clock.GetUtcNow() - start >= TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_kubelet_under_memory_pressure_evicts_pods_without_requests_one_by_one()
    {
        await _live.OpenNodesAsync("a");
        _live.Pod("greedy");
        _live.Pod("modest", annotations: "{}");
        await _live.UntilAsync(() => _live.Pods.Count(pod => pod.Field("status.phase") == "Running") == 2, "running");

        _live.Cluster.SetFault(new() { Kind = SandboxFaultKind.MemoryPressure, Nodes = ["a"] });
        await _live.UntilAsync(
            () => _live.Pods.Count(pod => pod.Field("status.phase") == "Failed") == 1,
            "the first",
            TimeSpan.FromSeconds(1)
        );
        Pod evicted = _live.Pods.First(pod => pod.Field("status.phase") == "Failed").As<Pod>();
        await _live.UntilAsync(
            () => _live.Pods.Count(pod => pod.Field("status.phase") == "Failed") == 2,
            "the second",
            TimeSpan.FromSeconds(1)
        );

        Assert.Equal("greedy", evicted.Metadata.Name);
        Assert.Equal(
            ("Failed", "Evicted", "The node was low on resource: memory. "),
            (evicted.Status.Phase, evicted.Status.Reason, evicted.Status.Message)
        );
        Assert.Equal(137, evicted.Status.ContainerStatuses![0].State!.Terminated!.ExitCode);
        Assert.Equal("TerminationByKubelet", evicted.Status.Conditions!.Find(condition => condition.Type == "DisruptionTarget")?.Reason);
        Assert.Contains("Evicted: The node was low on resource: memory. ", _live.EventsOf("greedy"));
    }

    [Fact]
    public async Task A_percentage_selects_the_same_nodes_for_the_same_seed()
    {
        string[] names = [.. Enumerable.Range(1, 20).Select(number => $"n{number}")];
        await _live.OpenNodesAsync(names);

        _live.Cluster.SetFault(
            new()
            {
                Kind = SandboxFaultKind.DiskPressure,
                Percent = 40,
                Seed = 5,
            }
        );
        string[] expected = [.. names.Where(name => StableHash.Of(name, 5) % 100 < 40)];
        await _live.UntilAsync(() => names.Count(name => Condition(name, "DiskPressure") == "True") == expected.Length, "the pressure");

        Assert.InRange(expected.Length, 1, 19);
        Assert.All(expected, name => Assert.Equal("True", Condition(name, "DiskPressure")));
    }

    private string Ready(string node) => Condition(node, "Ready");

    private string Condition(string node, string type) =>
        _live.Node(node).Status.Conditions?.Find(condition => condition.Type == type)?.Status ?? "";

    private string BootOf(string node) => (string)_live.Status(BuiltInKinds.Nodes, node)["nodeInfo"]!["bootID"]!;

    private int Count(string app, string phase) =>
        _live.Pods.Count(pod => pod.Labels?.GetValueOrDefault("app") == app && pod.Field("status.phase") == phase);
}
