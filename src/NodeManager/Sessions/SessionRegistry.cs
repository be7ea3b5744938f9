using System.Collections.Concurrent;
using System.Management.Automation.Runspaces;
using NodeManager.Core.Configuration;

namespace NodeManager.Sessions;

/// <summary>The sessions of each runspace. A runspace that ends takes its own along.</summary>
internal static class SessionRegistry
{
    private static readonly ConcurrentDictionary<Guid, RunspaceSessions> Runspaces = new();
    private static volatile bool s_everConnected;

    /// <summary>
    /// True once any runspace of the process has connected explicitly, or tried to. From then on nothing falls back to the kubeconfig: a script block
    /// that runs in parallel would else act, silently, on another cluster than the one that its author connected to.
    /// </summary>
    public static bool EverConnected => s_everConnected;

    /// <summary>
    /// A cluster is asked for. Until it is connected the runspace has no current session: where that fails, what a script does next was not
    /// meant for the cluster before.
    /// </summary>
    public static void Seek(Runspace runspace)
    {
        s_everConnected = true;
        Of(runspace).IsSeeking = true;
    }

    /// <summary>Makes a new session the current one.</summary>
    /// <param name="runspace">Whose.</param>
    /// <param name="session">The new session.</param>
    /// <param name="defaults">The configuration that it starts with.</param>
    public static void Add(Runspace runspace, NodeManagerSession session, NodeManagerConfiguration defaults)
    {
        session.Configure(_ => new(defaults) { Cluster = session.Cluster, Session = session });
        ClusterProtection.Apply(session, defaults);
        Of(runspace).Add(session);
    }

    /// <summary>Makes a session the current one.</summary>
    public static void Select(Runspace runspace, NodeManagerSession session) => Of(runspace).Select(session);

    /// <summary>The live sessions that this runspace connected, oldest first, and one of another runspace that was selected here.</summary>
    public static IReadOnlyList<NodeManagerSession> List(Runspace runspace) =>
        !Runspaces.TryGetValue(runspace.InstanceId, out RunspaceSessions? sessions) ? []
        : sessions.Current is { } current ? [.. sessions.Live().Union([current])]
        : sessions.Live();

    /// <summary>
    /// The one that was connected or selected last. Null after that one was disconnected, and after a connection that failed: what a script
    /// does next was not meant for another cluster.
    /// </summary>
    public static NodeManagerSession? Current(Runspace runspace) =>
        Runspaces.TryGetValue(runspace.InstanceId, out RunspaceSessions? sessions) && !sessions.IsSeeking ? sessions.Current : null;

    /// <summary>True from the time that a cluster is asked for until it is connected.</summary>
    public static bool IsSeeking(Runspace runspace) =>
        Runspaces.TryGetValue(runspace.InstanceId, out RunspaceSessions? sessions) && sessions.IsSeeking;

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

        public bool IsSeeking
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
