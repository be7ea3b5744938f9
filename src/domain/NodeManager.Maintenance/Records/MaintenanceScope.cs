using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes;
using NodeManager.Maintenance.Options;

namespace NodeManager.Maintenance.Records;

/// <summary>What all parts of one run share.</summary>
public sealed class MaintenanceScope
{
    private const int AtOnce = 32;

    private readonly CancellationToken _caller;

    public MaintenanceScope(
        NodeManagerSession session,
        ClusterConnection connection,
        MaintenanceRequest request,
        IMaintenanceObserver observer,
        CancellationToken caller
    )
    {
        _caller = caller;
        Session = session;
        Connection = connection;
        Request = request;
        Observer = observer;
        Retry = new(connection.Time, observer);
        ConditionRefusals = new(observer);
    }

    public NodeManagerSession Session { get; }

    public ClusterConnection Connection { get; }

    public KubernetesClient Client => Connection.Client;

    public TimeProvider Time => Connection.Time;

    public MaintenanceRequest Request { get; }

    public string Namespace => Request.Namespace;

    public IMaintenanceObserver Observer { get; }

    /// <summary>Continues asking a server that does not answer.</summary>
    public UnreachableServerRetry Retry { get; }

    /// <summary>Its own, and its drains'.</summary>
    public ConditionRefusals ConditionRefusals { get; }

    public DateTimeOffset Now => Time.GetUtcNow();

    /// <summary>Cancelled when another client has taken the run over.</summary>
    public CancellationToken Lost { get; set; }

    /// <summary>
    /// True from the first moment of an interrupt. Tokens that are linked to the caller's hear of it a little later, and what was
    /// cancelled in between did not fail.
    /// </summary>
    public bool IsStopping => _caller.IsCancellationRequested || Connection.Closed.IsCancellationRequested || Lost.IsCancellationRequested;

    /// <summary>Does it for all of them, so many concurrently as a server takes from one client.</summary>
    public static Task EachAsync<T>(IEnumerable<T> items, Func<T, CancellationToken, Task> action, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            items,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (item, token) => await action(item, token)
        );
}
