using System.Collections.Concurrent;
using System.Management.Automation.Runspaces;
using NodeManager.Core.Configuration;

namespace NodeManager.Sessions;

/// <summary>The sessions of each runspace, which end with it.</summary>
internal static class SessionRegistry
{
    private static readonly ConcurrentDictionary<Guid, RunspaceSessions> Runspaces = new();
    private static volatile bool s_everConnected;

    /// <summary>
    /// True once any runspace of the process has tried to connect explicitly. From then on nothing falls back to the kubeconfig: a parallel
    /// script block could otherwise act on another cluster than its author connected to.
    /// </summary>
    public static bool EverConnected => s_everConnected;

    /// <summary>
    /// Called before connecting. Until then the runspace has no current session, so that a script does not continue in the previous cluster
    /// after a failure.
    /// </summary>
    public static void BeginConnect(Runspace runspace)
    {
        s_everConnected = true;
        Of(runspace).IsConnecting = true;
    }

    /// <summary>Makes a new session the current one.</summary>
    /// <param name="defaults">The session's initial configuration.</param>
    public static void Add(Runspace runspace, NodeManagerSession session, NodeManagerConfiguration defaults)
    {
        MachineSessions.Prepare();
        session.Configure(_ => new(defaults) { Cluster = session.Cluster, Session = session });
        ClusterProtection.Apply(session, defaults);
        Of(runspace).Add(session);
    }

    public static void Select(Runspace runspace, NodeManagerSession session) => Of(runspace).Select(session);

    /// <summary>The live sessions of this runspace, oldest first, and one of another runspace that was selected here.</summary>
    public static IReadOnlyList<NodeManagerSession> List(Runspace runspace) =>
        !Runspaces.TryGetValue(runspace.InstanceId, out RunspaceSessions? sessions) ? []
        : sessions.Current is { } current ? [.. sessions.Live().Union([current])]
        : sessions.Live();

    /// <summary>
    /// The session that was connected or selected last. Null after it was disconnected or a connection failed, so that a script does not
    /// continue in another cluster.
    /// </summary>
    public static NodeManagerSession? Current(Runspace runspace) =>
        Runspaces.TryGetValue(runspace.InstanceId, out RunspaceSessions? sessions) && !sessions.IsConnecting ? sessions.Current : null;

    /// <summary>True between a request to connect and its success.</summary>
    public static bool IsConnecting(Runspace runspace) =>
        Runspaces.TryGetValue(runspace.InstanceId, out RunspaceSessions? sessions) && sessions.IsConnecting;

    public static void End(Runspace runspace)
    {
        if (Runspaces.TryRemove(runspace.InstanceId, out RunspaceSessions? sessions))
            sessions.Dispose();
    }

    private static RunspaceSessions Of(Runspace runspace) => Runspaces.GetOrAdd(runspace.InstanceId, _ => new RunspaceSessions(runspace));

    private sealed class RunspaceSessions : IDisposable
    {
        private readonly Lock _gate = new();
        private readonly List<NodeManagerSession> _sessions = [];
        private readonly Runspace _runspace;
        private volatile bool _isSeeking;
        private volatile NodeManagerSession? _current;

        public RunspaceSessions(Runspace runspace)
        {
            _runspace = runspace;
            runspace.StateChanged += OnStateChanged;
        }

        public bool IsConnecting
        {
            get => _isSeeking;
            set => _isSeeking = value;
        }

        public NodeManagerSession? Current => _current is { State: NodeManagerSessionState.Connected } current ? current : null;

        public void Add(NodeManagerSession session)
        {
            lock (_gate)
                _sessions.Add(session);
            Select(session);
        }

        public void Select(NodeManagerSession session)
        {
            _current = session;
            _isSeeking = false;
        }

        public IReadOnlyList<NodeManagerSession> Live()
        {
            lock (_gate)
            {
                _sessions.RemoveAll(s => s.State != NodeManagerSessionState.Connected);
                return [.. _sessions];
            }
        }

        public void Dispose()
        {
            _runspace.StateChanged -= OnStateChanged;
            foreach (NodeManagerSession session in Live())
                session.Dispose();
        }

        private void OnStateChanged(object? sender, RunspaceStateEventArgs e)
        {
            if (e.RunspaceStateInfo.State is RunspaceState.Closing or RunspaceState.Closed or RunspaceState.Broken)
                End(_runspace);
        }
    }
}
