using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes;

namespace NodeManager.Runs;

/// <summary>The state shared by all parts of one run.</summary>
/// <param name="ns">The namespace of the run's ConfigMaps and Lease.</param>
/// <param name="observer">Receives warnings and progress.</param>
/// <param name="caller">Cancelled when the command is stopped.</param>
public class RunScope(
    NodeManagerSession session,
    ClusterConnection connection,
    RunErrors errors,
    string ns,
    IOperationObserver observer,
    CancellationToken caller
)
{
    public static readonly TimeSpan DefaultLeaseDuration = TimeSpan.FromSeconds(30);

    private const int AtOnce = 32;

    public NodeManagerSession Session { get; } = session;

    public ClusterConnection Connection { get; } = connection;

    public KubernetesClient Client => Connection.Client;

    public TimeProvider Time => Connection.Time;

    public RunErrors Errors { get; } = errors;

    public string Namespace { get; } = ns;

    /// <summary>The Lease duration: another process can resume the run after this time without a renewal.</summary>
    public TimeSpan LeaseDuration { get; init; } = DefaultLeaseDuration;

    public IOperationObserver Observer { get; } = observer;

    public UnreachableServerRetry Retry { get; } = new(connection.Time, observer);

    /// <summary>The refused writes of conditions, in the run and its drains.</summary>
    public ConditionRefusals ConditionRefusals { get; } = new(observer);

    public DateTimeOffset Now => Time.GetUtcNow();

    /// <summary>Cancelled when another client has taken the run over.</summary>
    public CancellationToken Lost { get; set; }

    /// <summary>
    /// True from the first moment of an interrupt. Tokens linked to the caller's are cancelled a little later, and a cancellation in
    /// between is not a failure.
    /// </summary>
    public bool IsStopping => caller.IsCancellationRequested || Connection.Closed.IsCancellationRequested || Lost.IsCancellationRequested;

    /// <summary>Runs the action for all items, with limited concurrency for one server.</summary>
    public static Task EachAsync<T>(IEnumerable<T> items, Func<T, CancellationToken, Task> action, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            items,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (item, token) => await action(item, token)
        );
}
