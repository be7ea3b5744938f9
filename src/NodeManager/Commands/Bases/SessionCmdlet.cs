using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.ExceptionServices;
using NodeManager.Completion;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Parameters;
using NodeManager.Pipeline;
using NodeManager.Sessions;

namespace NodeManager.Commands.Bases;

/// <summary>A cmdlet that works in one or several sessions.</summary>
public abstract class SessionCmdlet : AsyncCmdlet
{
    private readonly HashSet<NodeManagerSession> _unreachable = [];
    private readonly HashSet<NodeManagerSession> _used = [];
    private IReadOnlyList<NodeManagerSession>? _sessions;

    /// <summary>Where to work, as sessions, their names or ids; without it, in the current session.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [SessionArgument]
    [ValidateNotNullOrEmpty]
    public NodeManagerSession[]? Session { get; set; }

    /// <summary>
    /// The sessions given; else this runspace's current one; else, where nothing was ever connected, one to the kubeconfig's current context.
    /// </summary>
    private protected IReadOnlyList<NodeManagerSession> Sessions => _sessions ??= Session is null ? [CurrentOrImplicit()] : [.. Session.Distinct()];

    /// <summary>
    /// The session that an object came from; where that was closed, or the object lost it with its class, the one session to the same
    /// cluster. Never another cluster's.
    /// </summary>
    /// <exception cref="NodeManagerException">SessionNotFound, SessionAmbiguous.</exception>
    private protected NodeManagerSession SessionOf(ClusterObject origin)
    {
        if (origin.Session is { State: "Connected" } own && Session?.Contains(own) != false)
            return own;
        IReadOnlyList<NodeManagerSession> candidates = Session ?? SessionRegistry.List(Runspace.DefaultRunspace);
        return SessionChoice.ForCluster(origin.Cluster, candidates.Count > 0 ? candidates : Sessions);
    }

    /// <summary>Where to work on an object: <see cref="SessionOf"/>, or for one that names no cluster, all <see cref="Sessions"/>. None, and an error, where its cluster is not connected.</summary>
    private protected IReadOnlyList<NodeManagerSession> SessionsFor(ClusterObject origin)
    {
        if (origin is { Session: null, Cluster: "" })
            return Sessions;
        try
        {
            return [SessionOf(origin)];
        }
        catch (NodeManagerException failure) when (failure.ErrorId is ErrorIds.SessionNotFound or ErrorIds.SessionAmbiguous)
        {
            Fail(failure, origin);
            return [];
        }
    }

    /// <summary>Starts work in a session. One that cannot be reached is said once, however much was to be done in it.</summary>
    private protected void StartIn(NodeManagerSession session, object? target, Func<Worker, Task> work)
    {
        _used.Add(session);
        Start(target, async worker =>
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
        });
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

        PostUnlessStopped(() =>
        {
            if (_sessions is { Count: 1 } && _used.Count == 1)
                ThrowTerminatingError(ErrorRecords.From(exception, session));
            Fail(exception, session);
        });
    }

    private NodeManagerSession CurrentOrImplicit()
    {
        Runspace runspace = Runspace.DefaultRunspace;
        if (SessionRegistry.Current(runspace) is { } current)
            return current;
        if (SessionRegistry.IsSeeking(runspace))
        {
            throw new NodeManagerException(
                ErrorIds.NotConnected, ErrorKind.ConnectionError,
                "No session is the current one: the cluster that was asked for last was not connected.", null,
                "Connect again. Get-NodeManagerSession shows what is still connected; pass one of these with -Session.");
        }

        if (SessionRegistry.List(runspace) is { Count: > 0 } others)
        {
            throw new NodeManagerException(
                ErrorIds.NotConnected, ErrorKind.ConnectionError,
                $"The current session was disconnected, and no other session takes its place (connected: {string.Join(", ", others.Select(s => s.Cluster))}).", null,
                "Select a session with Select-NodeManagerSession, or pass one with -Session.");
        }

        if (SessionRegistry.EverConnected)
        {
            throw new NodeManagerException(
                ErrorIds.NotConnected, ErrorKind.ConnectionError, "This runspace has no session to a cluster.", null,
                "Connect with Connect-NodeManager, or pass a session with -Session ($using:session in ForEach-Object -Parallel).");
        }

        return RunNow(async worker =>
        {
            NodeManagerSession session = await SessionConnector.ConnectAsync(new KubeconfigRequest(), StreamLog.Instance, worker.Token);
            worker.Verbose($"Connected to cluster '{session.Cluster}', context '{session.Context}', as the kubeconfig says.");
            return session;
        }, session => SessionRegistry.Add(runspace, session));
    }

    /// <summary>Runs work off the pipeline thread and waits for its result.</summary>
    private protected T RunNow<T>(Func<Worker, Task<T>> work, Action<T> done)
        where T : class
    {
        T? result = null;
        Exception? failure = null;
        RunAndWait(async worker =>
        {
            try
            {
                result = await work(worker);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                failure = exception;
            }
        });
        if (failure is not null)
            ExceptionDispatchInfo.Throw(failure);
        done(result!);
        return result!;
    }
}
