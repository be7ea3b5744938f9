using System.Management.Automation;
using System.Net.Sockets;
using NodeManager.Core.Sessions;
using NodeManager.Pipeline;
using NodeManager.Sandbox;

namespace NodeManager.Sessions;

/// <summary>A cmdlet that may start an embedded cluster and connect to it: what the cluster is like.</summary>
public abstract class SandboxCmdlet : AsyncCmdlet
{
    private protected const string SandboxSet = "Sandbox";

    private bool _isServed;

    [Parameter(ParameterSetName = SandboxSet)]
    [Alias("Nodes")]
    [ValidateRange(0, 20000)]
    public int SandboxNodes { get; set; } = 12;

    /// <summary>The same seed gives the same cluster.</summary>
    [Parameter(ParameterSetName = SandboxSet)]
    [Alias("Seed")]
    public int SandboxSeed { get; set; } = 1;

    /// <summary>The Kubernetes version that it is like: 1.20 to 1.37.</summary>
    [Parameter(ParameterSetName = SandboxSet)]
    [Alias("Version")]
    [ValidateNotNullOrEmpty]
    public string? SandboxVersion { get; set; }

    /// <summary>Serves the cluster on this port of 127.0.0.1 too, for kubectl and others; 0 takes a free one. Without it nothing listens.</summary>
    [Parameter(ParameterSetName = SandboxSet)]
    [Alias("Port")]
    [ValidateRange(0, 65535)]
    public int SandboxPort { get; set; }

    /// <summary>
    /// How many seconds pass in the cluster while one passes outside. The session's own waits, timeouts and durations are in the cluster's time.
    /// </summary>
    [Parameter(ParameterSetName = SandboxSet)]
    [Alias("Speed")]
    [ValidateRange(1.0, SandboxOptions.MaximumSpeed)]
    public double SandboxSpeed { get; set; } = 1;

    /// <summary>Roles and bindings decide what others than the session's own user may do.</summary>
    [Parameter(ParameterSetName = SandboxSet)]
    [Alias("Rbac")]
    public SwitchParameter SandboxRbac { get; set; }

    private protected override void Begin() => _isServed = MyInvocation.BoundParameters.ContainsKey(nameof(SandboxPort));

    // Without its session a script has nothing to go on with.
    private protected override void Fail(Exception exception, object? target) =>
        ThrowTerminatingError(ErrorRecords.From(exception, target));

    private protected async Task<NodeManagerSession> StartSandboxAsync(Worker worker)
    {
        var options = new SandboxOptions { Nodes = SandboxNodes, Seed = SandboxSeed, Speed = SandboxSpeed, Rbac = SandboxRbac, Programs = SandboxPrograms.All };
        SandboxCluster cluster = SandboxCluster.Start(SandboxVersion is null ? options : options with { Version = SandboxVersion });
        try
        {
            SandboxServer? server = _isServed ? Serve(cluster) : null;
            NodeManagerSession session = await SessionConnector.ConnectAsync(
                "sandbox", server?.Address ?? cluster.Server, cluster.CreateTransport(), cluster, StreamLog.Instance, cluster.Time, worker.Token);
            if (server is null) return session;
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
                ErrorIds.PortUnavailable, ErrorKind.ResourceUnavailable, $"Port {SandboxPort} of 127.0.0.1 cannot be had: {fault.Message}", SandboxPort,
                "Take another port, or 0 for a free one.", fault);
        }
    }
}
