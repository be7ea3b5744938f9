using System.Globalization;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Watching;
using Xunit.Abstractions;

namespace NodeManager.Conformance.Nodes;

/// <summary>A NoExecute taint that a node got, or, with an empty key, that the node was lost.</summary>
internal sealed record TaintSeen(string Node, string Key, DateTimeOffset At);

/// <summary>Watches a test's nodes and notes when they are lost and tainted, by the server's own times.</summary>
internal sealed class TaintLog : IAsyncDisposable
{
    private readonly TestCluster _cluster;
    private readonly ITestOutputHelper _output;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watch;
    private readonly HashSet<TaintSeen> _known = [];
    private readonly List<TaintSeen> _seen = [];
    private int _start;

    public TaintLog(TestCluster cluster, ITestOutputHelper output)
    {
        (_cluster, _output) = (cluster, output);
        _watch = WatchAsync();
    }

    public async Task<IReadOnlyList<Node>> ReadAsync() =>
        (await _cluster.Client.ListAsync(Resources.Nodes, new() { LabelSelector = _cluster.Selector }, default)).Items;

    /// <summary>The taints that these nodes got since <see cref="Clear"/>, in the order of their times.</summary>
    public IReadOnlyList<TaintSeen> Of(IReadOnlyCollection<string> nodes)
    {
        lock (_seen)
            return [.. _seen.Skip(_start).Where(taint => taint.Key.Length > 0 && nodes.Contains(taint.Node)).OrderBy(taint => taint.At)];
    }

    public Task<IReadOnlyList<TaintSeen>> WaitForAsync(string what, IReadOnlyCollection<string> nodes, int count) =>
        Eventually.GetAsync(what + " tainted", () => Task.FromResult(Of(nodes)), taints => taints.Count >= count);

    public Task WaitForLostAsync(IReadOnlyCollection<string> nodes) =>
        Eventually.HoldsAsync(
            "all lost",
            async () => (await ReadAsync()).Where(node => nodes.Contains(node.Metadata.Name)).All(node => Ready(node)?.Status == "Unknown")
        );

    /// <summary>Restarts: earlier entries are no longer returned.</summary>
    public void Clear()
    {
        lock (_seen)
            _start = _seen.Count;
    }

    /// <summary>Prints all that was noted, in seconds since the first of it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        foreach (TaintSeen taint in _seen)
            _output.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{(taint.At - _seen[0].At).TotalSeconds, 6:0} s {taint.Node} {(taint.Key.Length == 0 ? "lost" : taint.Key)}"
                )
            );
    }

    private async Task WatchAsync()
    {
        await foreach (
            WatchEvent<Node> change in _cluster.Client.WatchAsync(Resources.Nodes, new() { LabelSelector = _cluster.Selector }, _stop.Token)
        )
        {
            if (change.Type is WatchEventType.Synced or WatchEventType.Deleted)
                continue;
            Node node = change.Object;
            if (Ready(node) is { Status: "Unknown", LastTransitionTime: { } lost })
                Note(new(node.Metadata.Name, "", lost));
            foreach (Taint taint in node.Spec.Taints ?? [])
                if (taint is { Effect: "NoExecute", TimeAdded: { } added })
                    Note(new(node.Metadata.Name, taint.Key, added));
        }
    }

    private void Note(TaintSeen taint)
    {
        lock (_seen)
            if (_known.Add(taint))
                _seen.Add(taint);
    }

    private static Condition? Ready(Node node) => node.Status.Conditions?.Find(condition => condition.Type == "Ready");
}
