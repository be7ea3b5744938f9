using System.Net.Sockets;
using NodeManager.Core.Sessions;
using NodeManager.Pipeline;
using NodeManager.Sandbox;
using NodeManager.Sessions;

namespace NodeManager.Commands.Bases;

/// <summary>A cmdlet that may open a session to an embedded cluster.</summary>
public abstract class SandboxSessionCmdlet : AsyncCmdlet
{
    private protected const string SandboxSet = "Sandbox";

    private bool _isServed;

    /// <summary>
    /// Also serves the cluster on this port of 127.0.0.1 for kubectl and others; 0 selects a free port. By default, nothing listens.
    /// </summary>
    [Parameter(ParameterSetName = SandboxSet)]
    [Alias("Port")]
    [ValidateRange(0, 65535)]
    public int SandboxPort { get; set; }

    /// <summary>Seconds of cluster time per second of real time. Waits, timeouts and durations of the session use cluster time.</summary>
    [Parameter(ParameterSetName = SandboxSet)]
    [Alias("Speed")]
    [ValidateRange(1.0, SandboxOptions.MaximumSpeed)]
    public double SandboxSpeed { get; set; } = 1;

    private protected override void Begin() => _isServed = IsBound(nameof(SandboxPort));

    // A script cannot continue without its session.
    private protected override void Fail(Exception exception, object? target) =>
        ThrowTerminatingError(ErrorRecords.From(exception, target));

    /// <summary>Opens a session that owns the cluster. If opening fails, the cluster is disposed.</summary>
    private protected async Task<NodeManagerSession> OpenAsync(string name, SandboxCluster cluster, Worker worker)
    {
        try
        {
            SandboxServer? server = _isServed ? Serve(cluster) : null;
            NodeManagerSession session = await SessionConnector.ConnectAsync(
                name,
                server?.Address ?? cluster.Server,
                cluster.CreateTransport(),
                cluster,
                StreamLog.Instance,
                cluster.Time,
                worker.Token
            );
            if (server is null)
                return session;
            session.KubeconfigPath = server.KubeconfigPath;
            worker.Verbose($"{session.Cluster} is served at {server.Address}; kubectl --kubeconfig '{server.KubeconfigPath}' reaches it.");
            return session;
        }
        catch
        {
            cluster.Dispose();
            throw;
        }
    }

    private SandboxServer Serve(SandboxCluster cluster)
    {
        try
        {
            return cluster.Serve(new() { Port = SandboxPort });
        }
        catch (SocketException fault)
        {
            throw new NodeManagerException(
                ErrorIds.PortUnavailable,
                ErrorKind.ResourceUnavailable,
                $"Port {SandboxPort} of 127.0.0.1 is not available: {fault.Message}",
                SandboxPort,
                "Specify another port, or 0 for a free one.",
                fault
            );
        }
    }
}
