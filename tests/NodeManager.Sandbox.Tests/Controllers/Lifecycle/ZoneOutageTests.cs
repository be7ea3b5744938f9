using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Tests.Controllers.Lifecycle;

/// <summary>Whole outages on the virtual clock: which nodes get the NoExecute taint, and when.</summary>
public sealed class ZoneOutageTests : IDisposable
{
    private const string NotReady = "node.kubernetes.io/not-ready",
        Unreachable = "node.kubernetes.io/unreachable";
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly LiveCluster _live = LiveCluster.WithWaitingClock();

    public void Dispose() => _live.Dispose();

    [Fact]
    public async Task One_zone_of_three_down_is_tainted_node_by_node_at_the_normal_rate()
    {
        // Of four nodes, a pass may see three lost: a small zone in that state is not tainted until the fourth is lost, too.
        string[] down = (await OpenZonesAsync(a: 3, b: 2, c: 2))[0];
        Down("down", down);
        // In small steps: on a busy machine the clock may be some ahead of the controllers.
        await _live.UntilAsync(() => down.All(IsTainted), "all of the zone tainted");

        Assert.All(GapsOf(down), gap => Assert.InRange(gap, 9, 12));
        Assert.InRange((Times(down)[0] - Lost(down)).TotalSeconds, 0, 1);
        Assert.DoesNotContain(Names, name => !down.Contains(name) && IsTainted(name));
        Assert.All(down, name => Assert.Contains($"{Unreachable}:NoSchedule", Taints(name)));
    }

    [Fact]
    public async Task With_all_zones_down_evictions_stop_and_taints_are_removed()
    {
        string[][] zones = await OpenZonesAsync(a: 2, b: 2, c: 2);
        _live.Workload(BuiltInKinds.Deployments, "web", 6);
        await _live.UntilAsync(() => _live.Ready("web") == 6, "all ready");
        StoredObject[] before = [.. _live.Pods];
        Down("a", zones[0]);
        await _live.UntilAsync(() => zones[0].All(IsTainted), "a tainted", Second);
        Down("rest", [.. zones[1], .. zones[2]]);
        await _live.UntilAsync(() => Names.All(name => Ready(name) == "Unknown") && !Names.Any(IsTainted), "all lost, no taint", Second);

        await _live.PassAsync(TimeSpan.FromMinutes(10));
        Assert.DoesNotContain(Names, IsTainted);
        Assert.All(Names, name => Assert.Contains($"{Unreachable}:NoSchedule", Taints(name)));
        Assert.All(before, pod => Assert.False(_live.Get(BuiltInKinds.Pods, pod.Name)!.IsDeleting));
        StoredObject saved = before.First(pod => zones[0].Contains(pod.Field("spec.nodeName")));
        Assert.Contains($"TaintManagerEviction: Cancelling deletion of Pod default/{saved.Name}", _live.EventsOf(saved.Name));

        _live.Cluster.ClearFault("rest");
        await _live.UntilAsync(() => zones[0].All(IsTainted), "a tainted again", Second);
        DateTimeOffset back = zones[1].Concat(zones[2]).Min(name => Condition(name).LastTransitionTime!.Value);
        Assert.InRange((Times(zones[0])[0] - back).TotalSeconds, 10, 17);
        Assert.All(GapsOf(zones[0]), gap => Assert.InRange(gap, 9, 12));
        Assert.DoesNotContain(zones[1].Concat(zones[2]), IsTainted);
    }

    [Fact]
    public async Task A_small_zone_with_most_nodes_down_is_not_tainted_until_enough_nodes_return()
    {
        string[] zone = (await OpenZonesAsync(a: 10, b: 1, c: 1))[0];
        string[] down = zone[..6];
        Down("some", zone[..3]);
        Down("others", zone[3..6]);
        await _live.UntilAsync(() => down.All(name => Ready(name) == "Unknown"), "lost", Second);
        await _live.PassAsync(TimeSpan.FromSeconds(5));
        int first = down.Count(IsTainted);
        await _live.PassAsync(TimeSpan.FromMinutes(10));

        // Before most of the zone was lost, it was normal.
        Assert.InRange(first, 0, 2);
        Assert.Equal(first, down.Count(IsTainted));
        Assert.False(_live.Cluster.Controllers!.Faults.Any());

        _live.Cluster.ClearFault("others");
        await _live.UntilAsync(() => zone[..3].All(IsTainted), "the others tainted", Second);
        Assert.DoesNotContain(zone[3..], IsTainted);
    }

    [Fact]
    public async Task A_large_zone_with_most_nodes_down_is_tainted_at_the_reduced_rate()
    {
        string[] zone = (await OpenZonesAsync(a: 60, b: 1, c: 1))[0];
        string[] down = zone[..36];
        Down("most", down);
        await _live.UntilAsync(() => down.All(name => Ready(name) == "Unknown"), "lost", Second);
        await _live.PassAsync(TimeSpan.FromSeconds(5));
        int first = down.Count(IsTainted);
        await _live.UntilAsync(() => down.Count(IsTainted) == first + 3, "three more", Second);

        Assert.InRange(first, 0, 2);
        Assert.All(GapsOf([.. down.Where(IsTainted)])[^2..], gap => Assert.InRange(gap, 99, 102));
    }

    [Fact]
    public async Task An_unreachable_node_that_reports_NotReady_changes_its_taint_immediately()
    {
        string[] zone = (await OpenZonesAsync(a: 1, b: 1, c: 1))[0];
        _live.Pod(
            "patient",
            $$""","nodeName":"{{zone[0]}}","tolerations":[{"operator":"Exists","effect":"NoExecute","tolerationSeconds":100}]"""
        );
        await _live.UntilAsync(() => _live.PodNamed("patient") is { } pod && pod.Status.Phase == "Running", "running");
        Down("down", zone);
        await _live.UntilAsync(() => IsTainted(zone[0]), "tainted", Second);
        DateTimeOffset since = Times(zone)[0];
        _live.Annotate(BuiltInKinds.Nodes, zone[0], "fake-kubelet/ready", "false");
        _live.Cluster.ClearFault("down");
        await _live.UntilAsync(() => Taints(zone[0]).SequenceEqual([$"{NotReady}:NoExecute", $"{NotReady}:NoSchedule"]), "swapped", Second);
        Assert.InRange((Times(zone)[0] - since).TotalSeconds, 0, 40);

        // The pod's time continues.
        await _live.UntilAsync(() => _live.PodNamed("patient") is not { Metadata.DeletionTimestamp: null }, "evicted", Second);
        Assert.InRange((_live.Cluster.Time.GetUtcNow() - since).TotalSeconds, 99, 110);
        Assert.Contains("TaintManagerEviction: Marking for deletion Pod default/patient", _live.EventsOf("patient"));
    }

    [Fact]
    public async Task A_manually_removed_taint_is_restored()
    {
        string[] zone = (await OpenZonesAsync(a: 1, b: 1, c: 1))[0];
        Down("down", zone);
        await _live.UntilAsync(() => IsTainted(zone[0]), "tainted", Second);
        DateTimeOffset first = Times(zone)[0];
        await _live.PassAsync(TimeSpan.FromSeconds(3));
        _live.Merge(BuiltInKinds.Nodes, zone[0], document => document["spec"]!.AsObject().Remove("taints"));
        await _live.UntilAsync(() => IsTainted(zone[0]), "tainted again", Second);

        Assert.Contains($"{Unreachable}:NoSchedule", Taints(zone[0]));
        Assert.InRange((Times(zone)[0] - first).TotalSeconds, 9, 15);
    }

    [Fact]
    public async Task A_node_whose_kubelet_never_reports_is_lost_after_a_minute()
    {
        await OpenZonesAsync(a: 1, b: 1, c: 1);
        _live.Cluster.SetFault(new() { Kind = SandboxFaultKind.NodeDown, Nodes = ["late"] });
        _live.Nodes("late");
        DateTimeOffset since = _live.Cluster.Time.GetUtcNow();
        await _live.UntilAsync(() => Ready("late") == "Unknown", "lost", Second);
        Assert.InRange((_live.Cluster.Time.GetUtcNow() - since).TotalSeconds, 58, 68);
        Assert.Equal("NodeStatusNeverUpdated", Condition("late").Reason);
        Assert.DoesNotContain(_live.EventsOf("late"), text => text.StartsWith("NodeNotReady", StringComparison.Ordinal));
        await _live.UntilAsync(() => IsTainted("late"), "tainted", Second);
    }

    private IEnumerable<string> Names => _live.Store.List(BuiltInKinds.Nodes).Objects.Walk().Select(node => node.Name);

    /// <summary>Nodes of three zones, once they take pods.</summary>
    private async Task<string[][]> OpenZonesAsync(int a, int b, int c)
    {
        string[][] zones =
        [
            .. new[] { ("a", a), ("b", b), ("c", c) }.Select(zone =>
                Enumerable.Range(1, zone.Item2).Select(number => $"{zone.Item1}{number:00}").ToArray()
            ),
        ];
        foreach (string name in zones.SelectMany(names => names))
            _live.Create(
                BuiltInKinds.Nodes,
                $$"""{"metadata":{"name":"{{name}}","labels":{"topology.kubernetes.io/region":"r","topology.kubernetes.io/zone":"{{name[0]}}"} } }"""
            );
        await _live.UntilAsync(() => Names.All(name => Ready(name) == "True" && Taints(name).Count == 0), "all ready");
        return zones;
    }

    private void Down(string fault, string[] nodes) =>
        _live.Cluster.SetFault(
            new()
            {
                Kind = SandboxFaultKind.NodeDown,
                Name = fault,
                Nodes = nodes,
            }
        );

    private string Ready(string node) => _live.Node(node).Status.Conditions?.Find(condition => condition.Type == "Ready")?.Status ?? "";

    private Condition Condition(string node) => _live.Node(node).Status.Conditions!.Find(condition => condition.Type == "Ready")!;

    private List<string> Taints(string node) =>
        [.. (_live.Node(node).Spec.Taints ?? []).Select(taint => $"{taint.Key}:{taint.Effect}").Order(StringComparer.Ordinal)];

    private bool IsTainted(string node) => _live.Node(node).Spec.Taints?.Exists(taint => taint.Effect == "NoExecute") == true;

    private DateTimeOffset Lost(string[] nodes) => nodes.Min(name => Condition(name).LastTransitionTime!.Value);

    private List<DateTimeOffset> Times(string[] nodes) =>
        [.. nodes.Select(name => _live.Node(name).Spec.Taints!.Find(taint => taint.Effect == "NoExecute")!.TimeAdded!.Value).Order()];

    /// <summary>Times of taints are whole seconds: a gap may look one second shorter than it is.</summary>
    private List<double> GapsOf(string[] nodes)
    {
        List<DateTimeOffset> times = Times(nodes);
        return [.. times.Zip(times.Skip(1), (one, next) => (next - one).TotalSeconds)];
    }
}
