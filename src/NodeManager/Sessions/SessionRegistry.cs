using System.Collections.Concurrent;
using System.Management.Automation.Runspaces;

namespace NodeManager.Sessions;

/// <summary>The sessions of each runspace. A runspace that ends takes its own along.</summary>
internal static class SessionRegistry
{
    private static readonly ConcurrentDictionary<Guid, RunspaceSessions> Runspaces = new();
    private static volatile bool s_everConnected;

    /// <summary>
    /// True once any runspace of the process has connected explicitly. From then on nothing falls back to the kubeconfig: a script block
    /// that runs in parallel would else act, silently, on another cluster than the one that its author connected to.
    /// </summary>
    public static bool EverConnected => s_everConnected;

    public static void Add(Runspace runspace, NodeManagerSession session, bool isExplicit)
    {
        RunspaceSessions sessions = Runspaces.GetOrAdd(runspace.InstanceId, _ => new RunspaceSessions(runspace));
        sessions.Add(session);
        if (isExplicit)
            s_everConnected = true;
    }

    /// <summary>The live sessions that this runspace connected, oldest first.</summary>
    public static IReadOnlyList<NodeManagerSession> List(Runspace runspace) =>
        Runspaces.TryGetValue(runspace.InstanceId, out RunspaceSessions? sessions) ? sessions.Live() : [];

    /// <summary>The newest live one; null without.</summary>
    public static NodeManagerSession? Current(Runspace runspace) => List(runspace) is [.., var newest] ? newest : null;

    public static void End(Runspace runspace)
    {
        if (Runspaces.TryRemove(runspace.InstanceId, out RunspaceSessions? sessions))
            sessions.Dispose();
    }

    private sealed class RunspaceSessions : IDisposable
    {
        private readonly Lock _gate = new();
        private readonly List<NodeManagerSession> _sessions = [];
        private readonly Runspace _runspace;

        public RunspaceSessions(Runspace runspace)
        {
            _runspace = runspace;
            runspace.StateChanged += OnStateChanged;
        }

        public void Add(NodeManagerSession session)
        {
            lock (_gate)
                _sessions.Add(session);
        }

        public IReadOnlyList<NodeManagerSession> Live()
        {
            lock (_gate)
            {
                _sessions.RemoveAll(s => s.State != "Connected");
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
