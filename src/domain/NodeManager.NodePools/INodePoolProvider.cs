using NodeManager.Core.Progress;

namespace NodeManager.NodePools;

/// <summary>
/// The storage of node pools. Thread-safe. Fails with <see cref="NodeManagerException"/>, for a missing pool with the ErrorId
/// NodePoolNotFound; a change without an answer fails with <see cref="PoolAnswerLostException"/>.
/// </summary>
public interface INodePoolProvider
{
    /// <summary>A <see cref="NodePoolProvider"/>.</summary>
    string Name { get; }

    /// <summary>The format of its specifications.</summary>
    IPoolFormat Format { get; }

    /// <summary>
    /// True if a replacement applies only to the version that was read, and otherwise fails with the ErrorId Conflict: changes of other
    /// clients cannot be lost.
    /// </summary>
    bool HasPreconditions { get; }

    /// <summary>True if pools can be renamed.</summary>
    bool CanRename { get; }

    /// <summary>The creator of pools of this provider, as in <see cref="PoolRecord.CreatedBy"/>.</summary>
    string User { get; }

    /// <summary>The known behavior of the controller that creates the nodes; null for a third-party controller.</summary>
    IPoolController? Controller { get; }

    /// <summary>The provider's clock, derived from its answers; creation times are compared with it.</summary>
    DateTimeOffset Now { get; }

    /// <summary>The clusters for new pools.</summary>
    IAsyncEnumerable<PoolCluster> ListClustersAsync(CancellationToken cancellationToken);

    /// <summary>Pools as pages arrive.</summary>
    IAsyncEnumerable<PoolRecord> ListAsync(PoolListQuery query, CancellationToken cancellationToken);

    Task<PoolRecord> GetAsync(string id, CancellationToken cancellationToken);

    /// <summary>Creates a pool at most once.</summary>
    /// <param name="observer">Warned of problems that prevent nodes of the pool.</param>
    Task<PoolRecord> CreateAsync(PoolDraft draft, IOperationObserver observer, CancellationToken cancellationToken);

    /// <summary>Replaces name and specification.</summary>
    /// <param name="before">The pool as read; <see cref="HasPreconditions"/> tells whether it must be unchanged.</param>
    /// <param name="name">The new name.</param>
    /// <param name="spec">The new specification.</param>
    Task<PoolRecord> ReplaceAsync(PoolRecord before, string name, JsonObject spec, CancellationToken cancellationToken);

    /// <summary>A pool deleted by an earlier try of this call counts as deleted by it.</summary>
    Task DeleteAsync(string id, CancellationToken cancellationToken);

    Task<IReadOnlyList<NodePoolControllerStatus>> GetStatusAsync(string id, CancellationToken cancellationToken);

    /// <summary>A predicate for the nodes of a pool.</summary>
    Task<Predicate<ClusterNode>> MembersOfAsync(string id, string name, CancellationToken cancellationToken);

    /// <summary>Follows pools by a watch; null if they have to be polled.</summary>
    IPoolFollower? Follow();

    Task ReportStatusAsync(string id, PoolStatusReport report, CancellationToken cancellationToken);

    /// <summary>Fails with the ErrorId Forbidden if the provider knows that this user may not make such a change.</summary>
    /// <param name="verb">As in the Kubernetes API: <c>create</c>, <c>patch</c>, <c>delete</c>.</param>
    /// <param name="subresource"><c>status</c>; null: the pool.</param>
    Task RequireAccessAsync(string verb, string? subresource, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>True if the provider has returned this field; fields beyond the public specification are sent only then.</summary>
    bool HasReturned(string field);
}
