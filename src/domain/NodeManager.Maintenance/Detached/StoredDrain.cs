using NodeManager.Drains.Options;
using NodeManager.Maintenance.Requests;

namespace NodeManager.Maintenance.Detached;

/// <summary>A drain that is stored in the cluster, and carried out by one server after the other until it ends.</summary>
public sealed class StoredDrain
{
    private readonly Lazy<DrainOptions> _options;

    internal StoredDrain(NodeMaintenanceRequest request)
    {
        Request = request;
        Nodes = [.. request.Spec.Nodes.Select(static one => one.Name)];
        _options = new(() => DetachedOptions.Read(request.Spec).Drain);
    }

    /// <summary>The id of the run, and of the operation that follows it.</summary>
    public string Id => Request.Metadata.Name;

    public IReadOnlyList<string> Nodes { get; }

    public string RequestedBy => Request.Spec.RequestedBy ?? "";

    /// <summary>True if the drain has these options, and the reason in them.</summary>
    public bool HasOptions(NodeManagerSession session, DrainOptions options) =>
        _options.Value == DetachedOptions.Read(DetachedOptions.Write(new() { Drain = options.In(session) }, isDrain: true)).Drain;

    /// <summary>The reason; empty without one.</summary>
    public string Reason => Request.Spec.Reason ?? "";

    internal NodeMaintenanceRequest Request { get; }
}

/// <summary>How the drain of a node ended, as its status stores it. The texts are truncated.</summary>
/// <param name="Status">See <see cref="NodeDrainStatus"/>.</param>
/// <param name="Events">The last warnings about pods that are not ready or do not end.</param>
/// <param name="Error">The ErrorId; null for a drained node.</param>
public sealed record StoredDrainResult(
    string Node,
    string Status,
    int Evicted,
    string Message,
    IReadOnlyList<string> Blockers,
    IReadOnlyList<string> Events,
    string? Error
);
