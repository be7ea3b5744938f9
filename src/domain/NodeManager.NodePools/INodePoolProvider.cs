using System.Text.Json.Nodes;
using NodeManager.Core.Progress;

namespace NodeManager.NodePools;

/// <summary>
/// Where node pools are kept. Thread-safe. Fails with <see cref="NodeManagerException"/>, for a pool that does not exist with the ErrorId
/// NodePoolNotFound; a change whose answer was lost fails with <see cref="PoolAnswerLostException"/>.
/// </summary>
public interface INodePoolProvider
{
    /// <summary>A <see cref="NodePoolProvider"/>.</summary>
    string Name { get; }

    /// <summary>How specifications are written here.</summary>
    IPoolFormat Format { get; }

    /// <summary>
    /// True where a replacement holds only for the version that was read, and otherwise fails with the ErrorId Conflict: no change of another
    /// client can be lost.
    /// </summary>
    bool HasPreconditions { get; }

    /// <summary>True where a pool can get another name.</summary>
    bool CanRename { get; }

    /// <summary>Who creates pools through this provider, as <see cref="PoolRecord.CreatedBy"/> will have it.</summary>
    string User { get; }

    /// <summary>What is known of the controller that makes the nodes; null where it is another party's.</summary>
    IPoolController? Controller { get; }

    /// <summary>The provider's own clock, as far as its answers showed it: times of creation are compared with it.</summary>
    DateTimeOffset Now { get; }

    /// <summary>The clusters that pools can be created in.</summary>
    IAsyncEnumerable<PoolCluster> ListClustersAsync(CancellationToken cancellationToken);

    /// <summary>Pools as pages arrive.</summary>
    IAsyncEnumerable<PoolRecord> ListAsync(PoolListQuery query, CancellationToken cancellationToken);

    Task<PoolRecord> GetAsync(string id, CancellationToken cancellationToken);

    /// <summary>Creates a pool at most once.</summary>
    /// <param name="draft">What to create.</param>
    /// <param name="observer">Warned of what keeps the pool from getting nodes.</param>
    /// <param name="cancellationToken">Stops it.</param>
    Task<PoolRecord> CreateAsync(PoolDraft draft, IOperationObserver observer, CancellationToken cancellationToken);

    /// <summary>Replaces name and specification.</summary>
    /// <param name="before">The pool as it was read; <see cref="HasPreconditions"/> says whether it must still be so.</param>
    /// <param name="name">The name afterwards.</param>
    /// <param name="spec">The specification afterwards.</param>
    /// <param name="cancellationToken">Stops it.</param>
    Task<PoolRecord> ReplaceAsync(PoolRecord before, string name, JsonObject spec, CancellationToken cancellationToken);

    /// <summary>A pool that a lost first try has deleted counts as deleted by this call.</summary>
    Task DeleteAsync(string id, CancellationToken cancellationToken);

    Task<IReadOnlyList<NodePoolControllerStatus>> GetStatusAsync(string id, CancellationToken cancellationToken);

    /// <summary>Tells the nodes of a pool from others.</summary>
    Task<Predicate<ClusterNode>> MembersOfAsync(string id, string name, CancellationToken cancellationToken);

    /// <summary>Follows pools as they change; null where they have to be asked for repeatedly.</summary>
    IPoolFollower? Follow();

    Task ReportStatusAsync(string id, PoolStatusReport report, CancellationToken cancellationToken);

    /// <summary>Fails with the ErrorId Forbidden where the provider can say beforehand that this user may not make such a change.</summary>
    /// <param name="verb">As the Kubernetes API names it: <c>create</c>, <c>patch</c>, <c>delete</c>.</param>
    /// <param name="subresource">Which part of a pool: <c>status</c>; null: the pool.</param>
    /// <param name="cancellationToken">Stops it.</param>
    Task RequireAccessAsync(string verb, string? subresource, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>True where the provider has returned this field of a specification; fields beyond the public specification are sent only then.</summary>
    bool HasReturned(string field);
}
