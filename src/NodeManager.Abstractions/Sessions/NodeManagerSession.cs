namespace NodeManager;

/// <summary>
/// A connection to one cluster, with its clock and its configuration. Thread-safe. Made by Connect-NodeManager, ended by
/// Disconnect-NodeManager, with its runspace or with the module. Shows no credentials.
/// </summary>
public sealed class NodeManagerSession : IDisposable
{
    private int _disposed;
    private NodeManagerConfiguration? _configuration;
    private string _clusterUid = "";
    private volatile bool _isProtected;

    /// <summary>Counts up within the process.</summary>
    public required int Id { get; init; }

    /// <summary>
    /// The name of the cluster: the cluster name of the context, <c>in-cluster</c> or <c>sandbox</c>. It is unique among live sessions and, in one
    /// process, never names another cluster later: a second cluster of the name has a number after it.
    /// </summary>
    public required string Cluster { get; init; }

    /// <summary>
    /// The identity of the cluster: the UID of its namespace <c>kube-system</c>. Empty without the permission to get that namespace, and until a
    /// late answer arrives.
    /// </summary>
    public string ClusterUid
    {
        get => Volatile.Read(ref _clusterUid);
        internal init => _clusterUid = value;
    }

    /// <summary><c>Kubeconfig</c>, <c>InCluster</c> or <c>Sandbox</c>.</summary>
    public required string Source { get; init; }

    public string Context { get; init; } = "";

    public required Uri Server { get; init; }

    /// <summary>The user that the server decides for: the impersonated one, else the kubeconfig's. Empty where the kubeconfig names none.</summary>
    public string User { get; init; } = "";

    /// <summary>The impersonated groups. Without any, the API server determines the groups of the user.</summary>
    public ItemList<string> Groups { get; init; } = ItemList<string>.Empty;

    public string Namespace { get; init; } = "default";

    /// <summary>The version that the server reports, for example <c>v1.34.2</c>.</summary>
    public string ServerVersion { get; init; } = "";

    /// <summary>A file that gives kubectl and others the same cluster, where the session serves one of its own; it is gone with the session.</summary>
    public string KubeconfigPath { get; internal set; } = "";

    public DateTimeOffset ConnectedAt { get; init; }

    /// <summary>One of <see cref="NodeManagerSessionState"/>.</summary>
    public string State => Volatile.Read(ref _disposed) == 0 ? NodeManagerSessionState.Connected : NodeManagerSessionState.Disconnected;

    /// <summary>The default values of commands in this session. Immutable; Set-NodeManagerConfiguration replaces it.</summary>
    public NodeManagerConfiguration Configuration
    {
        get
        {
            if (Volatile.Read(ref _configuration) is { } current)
                return current;
            NodeManagerConfiguration initial = new() { Cluster = Cluster, Session = this };
            return Interlocked.CompareExchange(ref _configuration, initial, null) ?? initial;
        }
    }

    /// <summary>
    /// True if every change of the cluster in this session has to be confirmed by a person at a prompt, or by the name of the cluster
    /// (<c>-ConfirmCluster</c>). Set by Connect-NodeManager -Protected and by the option <c>protectedContexts</c>; never removed.
    /// </summary>
    public bool IsProtected => _isProtected;

    /// <summary>Makes every change need a confirmation that names the cluster.</summary>
    internal void Protect() => _isProtected = true;

    /// <summary>Completes a session whose cluster answered late.</summary>
    internal void Identify(string clusterUid) => Interlocked.CompareExchange(ref _clusterUid, clusterUid, "");

    /// <summary>Replaces the configuration. Of concurrent changes none is lost: the change is repeated on what another caller has set meanwhile.</summary>
    /// <param name="change">The new configuration, made from the current one. Has no side effects.</param>
    /// <returns>The current configuration.</returns>
    internal NodeManagerConfiguration Configure(Func<NodeManagerConfiguration, NodeManagerConfiguration> change)
    {
        while (true)
        {
            NodeManagerConfiguration before = Configuration;
            NodeManagerConfiguration after = change(before);
            if (Interlocked.CompareExchange(ref _configuration, after, before) == before)
                return after;
        }
    }

    /// <summary>
    /// A scheduler's configuration was changed through this session, a scheduler restarted, well or not, or a look at its health showed that
    /// something turned bad, or well again. Raised off the pipeline's thread:
    /// <c>Register-ObjectEvent $session SchedulerAlert</c> brings it to a script.
    /// </summary>
    public event EventHandler<SchedulerAlertEventArgs>? SchedulerAlert;

    /// <summary>Notifies all subscribers. One that fails affects neither the others nor the operation.</summary>
    internal void Raise(SchedulerAlertEventArgs alert, Action<Exception> failed)
    {
        foreach (EventHandler<SchedulerAlertEventArgs> subscriber in SchedulerAlert?.GetInvocationList() ?? [])
        {
            try
            {
                subscriber(this, alert);
            }
            catch (Exception exception)
            {
                failed(exception);
            }
        }
    }

    // What Core keeps behind the session. An object, because this assembly may name nothing of Core.
    internal IDisposable? Connection { get; init; }

    /// <summary>Ends the session: requests in progress are cancelled, connections closed, a sandbox of its own is gone. Safe to call again.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            Connection?.Dispose();
    }

    public override string ToString() => Cluster;
}
