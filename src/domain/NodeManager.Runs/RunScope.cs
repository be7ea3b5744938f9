using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes;

namespace NodeManager.Runs;

/// <summary>What all parts of one run share.</summary>
/// <param name="session">Where.</param>
/// <param name="connection">Of the session.</param>
/// <param name="errors">Of the run's kind.</param>
/// <param name="observer">Receives warnings and progress.</param>
/// <param name="caller">Cancelled when the command is stopped.</param>
public class RunScope(
    NodeManagerSession session,
    ClusterConnection connection,
    RunErrors errors,
    IOperationObserver observer,
    CancellationToken caller
)
{
    private const int AtOnce = 32;

    public NodeManagerSession Session { get; } = session;

    public ClusterConnection Connection { get; } = connection;

    public KubernetesClient Client => Connection.Client;

    public TimeProvider Time => Connection.Time;

    public RunErrors Errors { get; } = errors;

    /// <summary>Where the run's ConfigMaps and Lease are.</summary>
    public required string Namespace { get; init; }

    /// <summary>How long the lease of a run is valid without a renewal, before another process can resume the run.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(30);

    public IOperationObserver Observer { get; } = observer;

    /// <summary>Continues asking a server that does not answer.</summary>
    public UnreachableServerRetry Retry { get; } = new(connection.Time, observer);

    /// <summary>Its own, and its drains'.</summary>
    public ConditionRefusals ConditionRefusals { get; } = new(observer);

    public DateTimeOffset Now => Time.GetUtcNow();

    /// <summary>Cancelled when another client has taken the run over.</summary>
    public CancellationToken Lost { get; set; }

    /// <summary>
    /// True from the first moment of an interrupt. Tokens that are linked to the caller's hear of it a little later, and what was
    /// cancelled in between did not fail.
    /// </summary>
    public bool IsStopping => caller.IsCancellationRequested || Connection.Closed.IsCancellationRequested || Lost.IsCancellationRequested;

    /// <summary>Does it for all of them, so many concurrently as a server takes from one client.</summary>
    public static Task EachAsync<T>(IEnumerable<T> items, Func<T, CancellationToken, Task> action, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            items,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (item, token) => await action(item, token)
        );
}
