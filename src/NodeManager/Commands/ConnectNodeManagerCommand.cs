using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Net.Sockets;
using NodeManager.Completion;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Pipeline;
using NodeManager.Sandbox;
using NodeManager.Sessions;

namespace NodeManager.Commands;

/// <summary>Connects to a cluster and makes it this runspace's current one.</summary>
[Cmdlet(VerbsCommunications.Connect, "NodeManager", DefaultParameterSetName = KubeconfigSet)]
[OutputType(typeof(NodeManagerSession))]
public sealed class ConnectNodeManagerCommand : AsyncCmdlet
{
    private const string KubeconfigSet = "Kubeconfig";
    private const string InClusterSet = "InCluster";
    private const string SandboxSet = "Sandbox";

    /// <summary>A context of the kubeconfig; without it, the current one.</summary>
    [Parameter(Position = 0, ParameterSetName = KubeconfigSet)]
    [ArgumentCompleter(typeof(ContextCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Context { get; set; }

    /// <summary>Kubeconfig files; several are merged. Without it what KUBECONFIG names, else ~/.kube/config.</summary>
    [Parameter(ParameterSetName = KubeconfigSet)]
    [ValidateNotNullOrEmpty]
    public string[]? Kubeconfig { get; set; }

    /// <summary>From within a pod, with its service account.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InClusterSet)]
    public SwitchParameter InCluster { get; set; }

    /// <summary>A cluster of its own, in this process; it is gone with the session.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SandboxSet)]
    public SwitchParameter Sandbox { get; set; }

    [Parameter(ParameterSetName = SandboxSet)]
    [ValidateRange(0, 20000)]
    public int SandboxNodes { get; set; } = 12;

    /// <summary>The same seed gives the same cluster.</summary>
    [Parameter(ParameterSetName = SandboxSet)]
    public int SandboxSeed { get; set; } = 1;

    /// <summary>The Kubernetes version that it is like: 1.20 to 1.37.</summary>
    [Parameter(ParameterSetName = SandboxSet)]
    [ValidateNotNullOrEmpty]
    public string? SandboxVersion { get; set; }

    /// <summary>Serves the cluster on this port of 127.0.0.1 too, for kubectl and others; 0 takes a free one. Without it nothing listens.</summary>
    [Parameter(ParameterSetName = SandboxSet)]
    [ValidateRange(0, 65535)]
    public int SandboxPort { get; set; }

    /// <summary>Instead of the context's namespace.</summary>
    [Parameter(ParameterSetName = KubeconfigSet)]
    [ValidateNotNullOrEmpty]
    public string? Namespace { get; set; }

    [Parameter(ParameterSetName = KubeconfigSet)]
    [ValidateNotNullOrEmpty]
    public string? ImpersonateUser { get; set; }

    [Parameter(ParameterSetName = KubeconfigSet)]
    [ValidateNotNullOrEmpty]
    public string[]? ImpersonateGroup { get; set; }

    /// <summary>Trust whatever answers. For laboratories.</summary>
    [Parameter(ParameterSetName = KubeconfigSet)]
    public SwitchParameter SkipCertificateCheck { get; set; }

    private protected override void End()
    {
        Runspace runspace = Runspace.DefaultRunspace;
        KubeconfigRequest? request = ParameterSetName == KubeconfigSet ? MakeRequest() : null;
        bool isServed = MyInvocation.BoundParameters.ContainsKey(nameof(SandboxPort));
        Start(null, async worker =>
        {
            NodeManagerSession session = request is not null
                ? await SessionConnector.ConnectAsync(request, StreamLog.Instance, worker.Token)
                : InCluster
                    ? await SessionConnector.ConnectInClusterAsync(StreamLog.Instance, worker.Token)
                    : await StartSandboxAsync(worker, isServed);
            SessionRegistry.Add(runspace, session, isExplicit: true);
            worker.Output(session);
        });
    }

    // Without its session a script has nothing to go on with.
    private protected override void Fail(Exception exception, object? target) =>
        ThrowTerminatingError(ErrorRecords.From(exception, target));

    private KubeconfigRequest MakeRequest() => new()
    {
        Context = Context,
        Paths = Kubeconfig is null ? null : [.. Kubeconfig.Select(GetUnresolvedProviderPathFromPSPath)],
        Namespace = Namespace,
        ImpersonateUser = ImpersonateUser,
        ImpersonateGroups = ImpersonateGroup ?? [],
        SkipTlsVerify = SkipCertificateCheck,
    };

    private async Task<NodeManagerSession> StartSandboxAsync(Worker worker, bool isServed)
    {
        var options = new SandboxOptions { Nodes = SandboxNodes, Seed = SandboxSeed };
        SandboxCluster cluster = SandboxCluster.Start(SandboxVersion is null ? options : options with { Version = SandboxVersion });
        try
        {
            SandboxServer? server = isServed ? Serve(cluster) : null;
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
