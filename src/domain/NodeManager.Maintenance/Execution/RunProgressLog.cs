using System.Collections.Concurrent;
using NodeManager.Maintenance.Records;

namespace NodeManager.Maintenance.Execution;

/// <summary>
/// The state of the run's nodes; each change is written to the cluster before the run continues. Thread-safe, with one writer for each
/// node.
/// </summary>
internal sealed class RunProgressLog(MaintenanceScope scope, RunRecord run, RunStore store, string by, IEnumerable<NodeRecord> nodes)
{
    private readonly ConcurrentDictionary<string, NodeRecord> _nodes = new(nodes.ToDictionary(n => n.Uid));
    private readonly ConcurrentDictionary<string, NodeDrainResult> _drains = new();
    private readonly ConcurrentDictionary<string, IReadOnlyList<object>> _outputs = new();

    public RunRecord Run => run;

    public IReadOnlyList<NodeRecord> Nodes => [.. _nodes.Values.OrderBy(n => n.Index)];

    public NodeRecord this[string uid] => _nodes[uid];

    /// <summary>The user of the current steps; null for the user who started the run.</summary>
    public string? By => by == run.By ? null : by;

    public Task BeginAsync(string uid, string step, CancellationToken cancellationToken) =>
        UpdateAsync(uid, n => n.Begin(step, scope.Now, By), cancellationToken);

    public Task EndAsync(string uid, string step, CancellationToken cancellationToken) =>
        UpdateAsync(uid, n => n.End(step, scope.Now), cancellationToken);

    public Task UpdateAsync(string uid, Func<NodeRecord, NodeRecord> change, CancellationToken cancellationToken) =>
        store.WriteAsync(_nodes[uid] = change(_nodes[uid]), cancellationToken);

    /// <summary>Kept in this process only.</summary>
    public void Keep(string uid, NodeDrainResult drain) => _drains[uid] = drain;

    /// <inheritdoc cref="Keep(string, NodeDrainResult)"/>
    public void Keep(string uid, IReadOnlyList<object> output) => _outputs[uid] = output;

    public NodeMaintenanceResult Result(string uid) =>
        RunMapper.Map(scope.Session, run, _nodes[uid], _drains.GetValueOrDefault(uid), _outputs.GetValueOrDefault(uid));

    /// <summary>The whole run for users.</summary>
    public NodeMaintenanceRun Describe(RunState state) =>
        RunMapper.Map(scope.Session, run, state, Nodes.Select(n => Result(n.Uid)), scope.Namespace, true, scope.Now);
}
