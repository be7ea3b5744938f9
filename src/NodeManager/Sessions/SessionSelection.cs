using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Management.Automation.Runspaces;
using NodeManager.Core.Configuration;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Pipeline;

namespace NodeManager.Sessions;

/// <summary>
/// The sessions of a cmdlet: those of <c>-Session</c>; else the runspace's current one; else, where nothing was ever connected, one to the
/// kubeconfig's current context. Resolved on first use.
/// </summary>
internal sealed class SessionSelection(WorkPump pump, NodeManagerSession[]? given) : IReadOnlyList<NodeManagerSession>
{
    private readonly HashSet<NodeManagerSession> _unreachable = [];
    private readonly HashSet<NodeManagerSession> _used = [];
    private readonly HashSet<string> _warnings = [];
    private IReadOnlyList<NodeManagerSession>? _chosen;

    public int Count => Selected.Count;

    private IReadOnlyList<NodeManagerSession> Selected => _chosen ??= given is null ? [CurrentOrImplicit()] : [.. given.Distinct()];

    public NodeManagerSession this[int index] => Selected[index];

    public IEnumerator<NodeManagerSession> GetEnumerator() => Selected.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>
    /// The session of an object. If it was closed, or the object lost its class, the only session to the same cluster. Never another
    /// cluster's.
    /// </summary>
    /// <param name="hasNodeUid">The object names its node by UID.</param>
    /// <exception cref="NodeManagerException">WrongCluster, ClusterUnverified, SessionNotFound, SessionAmbiguous.</exception>
    private NodeManagerSession Of(ClusterObject origin, bool hasNodeUid)
    {
        if (origin.Session is { State: NodeManagerSessionState.Connected } own && given?.Contains(own) != false)
            return own;
        IReadOnlyList<NodeManagerSession> candidates = given ?? SessionRegistry.List(Runspace.DefaultRunspace);
        ObjectOrigin from = ObjectOrigin.Of(origin, hasNodeUid);
        SessionMatch match = SessionChoice.ForObject(
            from,
            candidates.Count > 0 ? candidates : Selected,
            given is not null,
            pump.Host.IsChange
        );
        if (match.Warning.Length > 0 && _warnings.Add(match.Warning))
            pump.Host.WriteWarning(match.Warning);
        if (SessionChoice.DescribeDifference(from, match.Session) is { Length: > 0 } difference)
            pump.Host.DescribeCluster(match.Session, difference);
        return match.Session;
    }

    /// <summary>
    /// The sessions for an object: <see cref="Of"/>, or all for an object without a cluster. Empty, after an error, where its cluster is
    /// not connected.
    /// </summary>
    /// <param name="hasNodeUid">The object names its node by UID.</param>
    public IReadOnlyList<NodeManagerSession> For(ClusterObject origin, bool hasNodeUid = false)
    {
        if (origin is { Session: null, Cluster: "", ClusterUid: "" })
            return Selected;
        try
        {
            return [Of(origin, hasNodeUid)];
        }
        catch (NodeManagerException failure)
            when (failure.ErrorId
                    is ErrorIds.SessionNotFound
                        or ErrorIds.SessionAmbiguous
                        or ErrorIds.WrongCluster
                        or ErrorIds.ClusterUnverified
            )
        {
            pump.Host.WriteFailure(failure, origin);
            return [];
        }
    }

    /// <summary>Starts work in a session. An unreachable session is reported once.</summary>
    public void StartIn(NodeManagerSession session, object? target, Func<Worker, Task> work)
    {
        _used.Add(session);
        pump.Start(
            target,
            async worker =>
            {
                try
                {
                    if (!IsUnreachable(session))
                        await work(worker);
                }
                catch (NodeManagerException exception) when (exception.ErrorId == ErrorIds.ServerUnreachable)
                {
                    MarkUnreachable(session, exception);
                }
            }
        );
    }

    /// <summary>Starts work in every selected session.</summary>
    public void StartInEach(Func<Worker, NodeManagerSession, Task> work)
    {
        foreach (NodeManagerSession session in Selected)
            StartIn(session, session, worker => work(worker, session));
    }

    /// <summary>
    /// Reads in a session on the pipeline thread. With several sessions, a failure is reported and stops the work in no other session.
    /// </summary>
    /// <returns>False after a failure.</returns>
    /// <exception cref="NodeManagerException">It failed, and there is one session.</exception>
    public bool TryRead<T>(NodeManagerSession session, Func<Worker, Task<T>> read, [NotNullWhen(true)] out T? result)
        where T : class
    {
        try
        {
            result = pump.RunNow(read);
            return true;
        }
        catch (NodeManagerException failure) when (Count > 1)
        {
            pump.Host.WriteFailure(failure, session);
            result = null;
            return false;
        }
    }

    private bool IsUnreachable(NodeManagerSession session)
    {
        lock (_unreachable)
            return _unreachable.Contains(session);
    }

    private void MarkUnreachable(NodeManagerSession session, NodeManagerException exception)
    {
        lock (_unreachable)
        {
            if (!_unreachable.Add(session))
                return;
        }

        pump.PostUnlessStopped(() =>
        {
            if (_chosen is { Count: 1 } && _used.Count == 1)
                pump.Host.ThrowTerminatingError(ErrorRecords.From(exception, session));
            pump.Host.WriteFailure(exception, session);
        });
    }

    private NodeManagerSession CurrentOrImplicit()
    {
        Runspace runspace = Runspace.DefaultRunspace;
        if (SessionRegistry.Current(runspace) is { } current)
            return current;
        if (SessionRegistry.IsConnecting(runspace))
        {
            throw NotConnected(
                "No session is current: the last connection attempt failed.",
                "Connect again. To use a session that Get-NodeManagerSession lists, pass it with -Session."
            );
        }

        if (SessionRegistry.List(runspace) is { Count: > 0 } others)
        {
            throw NotConnected(
                $"The current session was disconnected, and no other session takes its place (connected: {string.Join(", ", others.Select(s => s.Cluster))}).",
                "Select a session with Select-NodeManagerSession, or pass one with -Session."
            );
        }

        if (SessionRegistry.EverConnected)
        {
            throw NotConnected(
                "This runspace has no session to a cluster.",
                "Connect with Connect-NodeManager, or pass a session with -Session ($using:session in ForEach-Object -Parallel)."
            );
        }

        NodeManagerConfiguration defaults = ConfigurationLayers.Load(pump.Host.CurrentFolder);
        NodeManagerSession connected = pump.RunNow(async worker =>
        {
            NodeManagerSession session = await SessionConnector.ConnectAsync(new KubeconfigRequest(), StreamLog.Instance, worker.Token);
            worker.Verbose(
                $"Connected to cluster '{session.Cluster}', context '{session.Context}', the current context of the kubeconfig."
            );
            return session;
        });
        SessionRegistry.Add(runspace, connected, defaults);
        return connected;
    }

    private static NodeManagerException NotConnected(string message, string action) =>
        new(ErrorIds.NotConnected, ErrorKind.ConnectionError, message, null, action);
}
