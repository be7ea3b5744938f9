using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Tests.Controllers;

namespace NodeManager.Sandbox.Tests.Faults;

/// <summary>Faults that nodes show by conditions, events and times; the clock is moved by the tests.</summary>
public sealed class NodeSignalFaultTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly LiveCluster _live = new();

    public void Dispose() => _live.Dispose();

    [Fact]
    public async Task A_node_problem_detector_sets_and_clears_its_condition()
    {
        await _live.OpenNodesAsync("a", "b");
        _live.Cluster.SetFault(
            new()
            {
                Kind = SandboxFaultKind.NodeProblem,
                Nodes = ["a"],
                Condition = "ReadonlyFilesystem",
                For = TimeSpan.FromMinutes(1),
            }
        );
        await _live.UntilAsync(() => Find("a", "ReadonlyFilesystem")?.Status == "True", "the problem", Second);
        string? reason = Find("a", "ReadonlyFilesystem")?.Reason;
        await _live.UntilAsync(() => Find("a", "ReadonlyFilesystem")?.Status == "False", "its end", Second);

        Assert.Equal(("FilesystemIsReadOnly", "FilesystemIsNotReadOnly"), (reason, Find("a", "ReadonlyFilesystem")?.Reason));
        Assert.Null(Find("b", "ReadonlyFilesystem"));
        Assert.Equal("True", Find("a", "Ready")?.Status);
    }

    [Fact]
    public async Task A_condition_of_another_client_is_kept()
    {
        await _live.OpenNodesAsync("a");
        _live.Registry.UpdateStatus(
            BuiltInKinds.Nodes,
            "",
            "a",
            node =>
            {
                node["status"]!["conditions"]!
                    .AsArray()
                    .Add(new System.Text.Json.Nodes.JsonObject { ["type"] = "KernelDeadlock", ["status"] = "True" });
                return node;
            }
        );

        _live.Cluster.SetFault(
            new()
            {
                Kind = SandboxFaultKind.NodeProblem,
                Condition = "XfsShutdown",
                For = TimeSpan.FromSeconds(30),
            }
        );
        await _live.UntilAsync(() => Find("a", "XfsShutdown")?.Status == "True", "the problem", Second);
        await _live.UntilAsync(() => Find("a", "XfsShutdown")?.Status == "False", "its end", Second);

        Assert.Equal("True", Find("a", "KernelDeadlock")?.Status);
    }

    [Fact]
    public async Task An_unavailable_network_taints_its_node()
    {
        await _live.OpenNodesAsync("a");
        _live.Cluster.SetFault(new() { Kind = SandboxFaultKind.NetworkUnavailable, Name = "net" });
        await _live.UntilAsync(
            () => _live.Node("a").Spec.Taints?.Exists(taint => taint.Key == "node.kubernetes.io/network-unavailable") == true,
            "the taint",
            Second
        );
        _live.Cluster.ClearFault("net");
        await _live.UntilAsync(() => _live.Node("a").Spec.Taints is null or [], "its end", Second);

        Assert.Equal(("False", "CalicoIsUp"), (Find("a", "NetworkUnavailable")?.Status, Find("a", "NetworkUnavailable")?.Reason));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(-5)]
    public async Task A_wrong_clock_affects_all_kubelet_times_and_loses_no_node(int minutes)
    {
        await _live.OpenNodesAsync("a");
        TimeSpan offset = TimeSpan.FromMinutes(minutes);
        _live.Cluster.SetFault(
            new()
            {
                Kind = SandboxFaultKind.ClockSkew,
                Offset = offset,
                Name = "skew",
            }
        );

        await _live.UntilAsync(() => Off().Duration() > TimeSpan.FromMinutes(4), "a renewal by the wrong clock", Second);
        TimeSpan off = Off();
        await _live.PassAsync(TimeSpan.FromMinutes(2));
        string? during = Find("a", "Ready")?.Status;
        _live.Cluster.ClearFault("skew");
        await _live.UntilAsync(() => Off().Duration() < TimeSpan.FromSeconds(30), "a renewal by the right one", Second);
        await _live.PassAsync(TimeSpan.FromMinutes(2));

        Assert.InRange(off - offset, TimeSpan.FromSeconds(-15), TimeSpan.FromSeconds(15));
        Assert.Equal(("True", "True"), (during, Find("a", "Ready")?.Status));

        TimeSpan Off() =>
            _live.Store.Get(BuiltInKinds.Leases, "kube-node-lease", "a") is { } lease
                ? lease.As<Lease>().Spec.RenewTime!.Value - _live.Clock.GetUtcNow()
                : default;
    }

    [Fact]
    public async Task A_node_with_a_fast_clock_that_goes_down_is_detected_in_time()
    {
        await _live.OpenNodesAsync("a");
        _live.Cluster.SetFault(new() { Kind = SandboxFaultKind.ClockSkew, Offset = TimeSpan.FromHours(1) });
        await _live.PassAsync(TimeSpan.FromMinutes(6));
        DateTimeOffset start = _live.Clock.GetUtcNow();

        _live.Cluster.SetFault(new() { Kind = SandboxFaultKind.NodeDown });
        await _live.UntilAsync(() => Find("a", "Ready")?.Status == "Unknown", "a lost", Second);

        Assert.InRange(_live.Clock.GetUtcNow() - start, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(90));
    }

    [Fact]
    public async Task Failed_image_cleanup_is_reported_every_five_minutes()
    {
        await _live.OpenNodesAsync("a");
        _live.Cluster.SetFault(
            new()
            {
                Kind = SandboxFaultKind.ImageGarbageCollection,
                Nodes = ["a"],
                For = TimeSpan.FromMinutes(8),
            }
        );
        await _live.UntilAsync(() => Events("FreeDiskSpaceFailed") is [{ Count: 1 }], "the first failure", Second);
        int repeated = Events("ImageGCFailed").Count;
        await _live.UntilAsync(() => Events("ImageGCFailed").Count == 1, "the second", Second);
        await _live.PassAsync(TimeSpan.FromMinutes(12));

        Assert.Equal(0, repeated);
        Event told = Assert.Single(Events("FreeDiskSpaceFailed"));
        Assert.Equal(
            (2, "Node", "a", "kubelet", "a"),
            (told.Count, told.InvolvedObject.Kind, told.InvolvedObject.Name, told.Source?.Component, told.Source?.Host)
        );
    }

    [Theory]
    [InlineData("NodeDown", "1m", null, "takes no offset")]
    [InlineData("ClockSkew", null, "KernelDeadlock", "takes no condition")]
    [InlineData("NodeProblem", null, "Ready", "not a problem detector's")]
    [InlineData("NodeProblem", null, "no such", "not a valid type")]
    public void Parameters_of_another_fault_kind_are_refused(string kind, string? offset, string? condition, string expected)
    {
        NodeManagerException refused = Assert.Throws<NodeManagerException>(() =>
            _live.Cluster.SetFault(
                new()
                {
                    Kind = kind,
                    Offset = offset is null ? null : TimeSpan.FromMinutes(1),
                    Condition = condition,
                }
            )
        );

        Assert.Equal(ErrorIds.SandboxFaultInvalid, refused.ErrorId);
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    private Condition? Find(string node, string type) => _live.Node(node).Status.Conditions?.Find(condition => condition.Type == type);

    private List<Event> Events(string reason) =>
        [
            .. _live
                .Store.List(BuiltInKinds.Events)
                .Objects.Walk()
                .Select(static stored => stored.As<Event>())
                .Where(one => one.Reason == reason),
        ];
}
