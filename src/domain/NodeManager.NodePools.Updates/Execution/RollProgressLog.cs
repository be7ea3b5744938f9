using System.Collections.Concurrent;
using System.Text.Json;
using NodeManager.Runs;

namespace NodeManager.NodePools.Updates.Execution;

/// <summary>
/// The state of an update; each change is written to its ConfigMap before the update continues. Thread-safe, with one writer for each
/// machine.
/// </summary>
internal sealed class RollProgressLog(RunScope scope, RunShard page, RollRecord record, RollState state, IEnumerable<RollNode> nodes)
{
    private readonly ConcurrentDictionary<string, RollNode> _nodes = new(nodes.Select(static one => KeyValuePair.Create(one.Uid, one)));

    public RollRecord Record => record;

    public RollState State { get; private set; } = state;

    /// <summary>The nodes of both directions.</summary>
    public IReadOnlyList<RollNode> All => [.. _nodes.Values.OrderBy(static one => one.Index)];

    /// <summary>The nodes that the current direction replaces.</summary>
    public IReadOnlyList<RollNode> Old => [.. All.Where(one => one.IsBack == State.IsBack)];

    public RollNode this[string uid] => _nodes[uid];

    public bool Has(string uid) => _nodes.ContainsKey(uid);

    public Task AddAsync(RollNode node, CancellationToken cancellationToken) => WriteAsync(_nodes[node.Uid] = node, cancellationToken);

    public Task UpdateAsync(string uid, Func<RollNode, RollNode> change, CancellationToken cancellationToken)
    {
        RollNode before = _nodes[uid],
            after = change(before);
        return after == before ? Task.CompletedTask : WriteAsync(_nodes[uid] = after, cancellationToken);
    }

    public Task SetAsync(Func<RollState, RollState> change, CancellationToken cancellationToken)
    {
        RollState after = change(State);
        if (after == State)
            return Task.CompletedTask;
        State = after with { At = scope.Now };
        return page.WriteAsync(RollLayout.StateKey, TextOf(State), cancellationToken);
    }

    /// <summary>Updates a user's request when the update itself changes it.</summary>
    public Task ControlAsync(string key, string value, CancellationToken cancellationToken) =>
        page.WriteAsync(key, value, cancellationToken);

    /// <summary>The initial data of the ConfigMap.</summary>
    public static Dictionary<string, string> Data(RollRecord record, RollState state, IEnumerable<RollNode> nodes)
    {
        Dictionary<string, string> data = new()
        {
            [RollLayout.FormatKey] = RollLayout.Format,
            [RollLayout.IdKey] = record.Id,
            [RollLayout.RecordKey] = JsonSerializer.Serialize(record.Sealed(), RollJson.Default.RollRecord),
            [RollLayout.StateKey] = TextOf(state),
        };
        foreach (RollNode node in nodes)
            data[KeyOf(node)] = TextOf(node);
        return data;
    }

    public static string TextOf(RollState state) => JsonSerializer.Serialize(state, RollJson.Default.RollState);

    private Task WriteAsync(RollNode node, CancellationToken cancellationToken) =>
        page.WriteAsync(KeyOf(node), TextOf(node), cancellationToken);

    private static string KeyOf(RollNode node) => RollLayout.NodePrefix + node.Uid;

    private static string TextOf(RollNode node) => JsonSerializer.Serialize(node, RollJson.Default.RollNode);
}
