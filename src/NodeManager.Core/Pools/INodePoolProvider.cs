using System.Text.Json.Nodes;

namespace NodeManager.Core.Pools;

/// <summary>
/// Where node pools are kept. Thread-safe. Fails with <see cref="NodeManagerException"/>, for a pool that does not exist with the ErrorId
/// NodePoolNotFound; a change whose answer was lost fails with <see cref="PoolAnswerLostException"/>.
/// </summary>
public interface INodePoolProvider
{
    /// <summary>A <see cref="NodePoolProvider"/>.</summary>
    string Name { get; }

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

    /// <summary>Sends the creation at most once.</summary>
    Task<PoolRecord> CreateAsync(PoolDraft draft, CancellationToken cancellationToken);

    /// <summary>Replaces name and specification. Has no precondition.</summary>
    Task<PoolRecord> ReplaceAsync(string id, string name, JsonObject spec, CancellationToken cancellationToken);

    /// <summary>A pool that a lost first try has deleted counts as deleted by this call.</summary>
    Task DeleteAsync(string id, CancellationToken cancellationToken);

    Task<IReadOnlyList<NodePoolControllerStatus>> GetStatusAsync(string id, CancellationToken cancellationToken);

    Task ReportStatusAsync(string id, PoolStatusReport report, CancellationToken cancellationToken);

    /// <summary>True where the provider has returned this field of a specification; fields beyond the public specification are sent only then.</summary>
    bool HasReturned(string field);
}
