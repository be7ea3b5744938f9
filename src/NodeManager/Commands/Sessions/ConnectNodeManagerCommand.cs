using System.Management.Automation.Runspaces;
using NodeManager.Core.Configuration;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Pipeline;
using NodeManager.Sessions;

namespace NodeManager.Commands;

/// <summary>Connects to a cluster and makes it the runspace's current session.</summary>
[Cmdlet(VerbsCommunications.Connect, "NodeManager", DefaultParameterSetName = KubeconfigSet)]
[OutputType(typeof(NodeManagerSession))]
public sealed class ConnectNodeManagerCommand : SandboxCmdlet
{
    private const string KubeconfigSet = "Kubeconfig";
    private const string InClusterSet = "InCluster";
    private const string SessionSet = "Session";

    /// <summary>A kubeconfig context; by default, the current one.</summary>
    [Parameter(Position = 0, ParameterSetName = KubeconfigSet)]
    [ArgumentCompleter(typeof(ContextCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Context { get; set; }

    /// <summary>Kubeconfig files, merged. By default those of KUBECONFIG, else .kube/config in the user's home.</summary>
    [Parameter(ParameterSetName = KubeconfigSet)]
    [ValidateNotNullOrEmpty]
    public string[]? Kubeconfig { get; set; }

    /// <summary>Use the service account of the pod.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InClusterSet)]
    public SwitchParameter InCluster { get; set; }

    /// <summary>Create an embedded cluster in this process, which ends with the session.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SandboxSet)]
    public SwitchParameter Sandbox { get; set; }

    /// <summary>Overrides the namespace of the context.</summary>
    [Parameter(ParameterSetName = KubeconfigSet)]
    [ValidateNotNullOrEmpty]
    public string? Namespace { get; set; }

    /// <summary>Connects to the cluster of this session as another user.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SessionSet)]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [SessionArgument]
    [ValidateNotNull]
    public NodeManagerSession? Session { get; set; }

    [Parameter(ParameterSetName = KubeconfigSet)]
    [Parameter(Mandatory = true, ParameterSetName = SessionSet)]
    [ValidateNotNullOrEmpty]
    public string? ImpersonateUser { get; set; }

    [Parameter(ParameterSetName = KubeconfigSet)]
    [Parameter(ParameterSetName = SessionSet)]
    [ValidateNotNullOrEmpty]
    public string[]? ImpersonateGroup { get; set; }

    /// <summary>Accept any server certificate; for test environments only.</summary>
    [Parameter(ParameterSetName = KubeconfigSet)]
    public SwitchParameter SkipCertificateCheck { get; set; }

    /// <summary>Every change of the cluster requires a prompt or <c>-ConfirmCluster</c>.</summary>
    [Parameter]
    public SwitchParameter Protected { get; set; }

    /// <summary>The service of the cluster's node pools; an embedded cluster has its own.</summary>
    [Parameter]
    [PoolService]
    [ValidateNotNull]
    public PoolServiceConfiguration? PoolService { get; set; }

    private protected override void Begin()
    {
        base.Begin();
        PoolSessions.Check(PoolService);
    }

    private protected override void End()
    {
        Runspace runspace = Runspace.DefaultRunspace;
        SessionRegistry.BeginConnect(runspace);
        NodeManagerConfiguration defaults = new(ConfigurationLayers.Load(CurrentFolder)) { PoolService = PoolService };
        KubeconfigRequest? request = ParameterSetName == KubeconfigSet ? MakeRequest() : null;
        Start(
            null,
            async worker =>
            {
                NodeManagerSession session = await ConnectAsync(request, worker);
                if (Protected || Session?.IsProtected == true)
                    session.Protect();
                SessionRegistry.Add(runspace, session, defaults);
                worker.Output(session);
            }
        );
    }

    private Task<NodeManagerSession> ConnectAsync(KubeconfigRequest? request, Worker worker)
    {
        if (request is not null)
            return SessionConnector.ConnectAsync(request, StreamLog.Instance, worker.Token);
        if (InCluster)
            return SessionConnector.ConnectInClusterAsync(StreamLog.Instance, worker.Token);
        if (Session is not null)
            return SessionConnector.ConnectAsAsync(Session, ImpersonateUser!, ImpersonateGroup ?? [], StreamLog.Instance, worker.Token);
        return StartSandboxAsync(worker);
    }

    private KubeconfigRequest MakeRequest() =>
        new()
        {
            Context = Context,
            Paths = Kubeconfig is null ? null : [.. Kubeconfig.Select(GetUnresolvedProviderPathFromPSPath)],
            Namespace = Namespace,
            ImpersonateUser = ImpersonateUser,
            ImpersonateGroups = ImpersonateGroup ?? [],
            SkipTlsVerify = SkipCertificateCheck,
        };
}
