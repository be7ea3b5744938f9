using NodeManager.Sandbox;
using NodeManager.Sandbox.Api.Faults;
using NodeManager.Sessions;

namespace NodeManager.Commands;

/// <summary>Injects a fault into an embedded cluster.</summary>
[Cmdlet(VerbsCommon.Set, "SandboxFault", SupportsShouldProcess = true)]
[OutputType(typeof(SandboxFault))]
public sealed class SetSandboxFaultCommand : SessionCmdlet, IClusterChange
{
    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(SandboxFaultKindCompleter))]
    [ValidateNotNullOrEmpty]
    public string Kind { get; set; } = "";

    /// <summary>The affected nodes, or the nodes of the affected pods; by default, all.</summary>
    [Parameter(Position = 1)]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Node { get; set; } = [];

    /// <summary>Replaces a fault of this name; by default, a name is generated.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    [Parameter]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Namespace { get; set; }

    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PodSelectorCompleter))]
    [LabelSelector]
    public string? PodSelector { get; set; }

    /// <summary>The owner of the affected pods: web, Deployment/web.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Workload { get; set; }

    /// <summary>The affected resources: pods, pods/eviction, deployments.apps.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Resource { get; set; } = [];

    [Parameter]
    [ArgumentCompleter(typeof(RequestVerbCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Verb { get; set; } = [];

    /// <summary>When the fault starts: a time, or a duration in cluster time; by default, immediately.</summary>
    [Parameter]
    [Moment]
    public object? At { get; set; }

    /// <summary>The duration in cluster time; by default, until it is cleared.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? For { get; set; }

    /// <summary>The percentage of affected nodes, pods, requests or watches.</summary>
    [Parameter]
    [ValidateRange(1, 100)]
    public int Percent { get; set; } = 100;

    /// <summary>Selects the affected ones.</summary>
    [Parameter]
    public int Seed { get; set; } = 1;

    /// <summary>The Retry-After of throttled requests.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? RetryAfter { get; set; }

    /// <summary>The added latency.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? Delay { get; set; }

    /// <summary>The interval of a recurring fault.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? Period { get; set; }

    /// <summary>The clock's offset; negative for a slow clock.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? Offset { get; set; }

    [Parameter]
    [ArgumentCompleter(typeof(NodeProblemConditionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Condition { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Begin()
    {
        DurationAttribute.RequireNotNegative(nameof(At), At as TimeSpan?);
        DurationAttribute.RequireNotNegative(nameof(For), For);
        DurationAttribute.RequireNotNegative(nameof(RetryAfter), RetryAfter);
    }

    private protected override void End()
    {
        foreach (NodeManagerSession session in Sessions)
        {
            SandboxCluster cluster = session.Sandbox();
            FaultRequest request = Request(cluster);
            SandboxCluster.CheckFault(request);
            if (!ShouldProcess(session, $"cluster '{session.Cluster}'", $"Set fault {Kind}"))
                continue;
            foreach (string node in Node.Where(node => !cluster.HasNode(node)))
                WriteWarning($"Node '{node}' does not exist in cluster '{session.Cluster}'; the fault has no effect until it does.");
            FaultStatus status = cluster.SetFault(request);
            if (PassThru)
                WriteObject(session.Describe(status));
        }
    }

    private FaultRequest Request(SandboxCluster cluster) =>
        new()
        {
            Kind = Kind,
            Name = Name,
            Nodes = Node,
            Namespace = Namespace,
            PodSelector = PodSelector,
            Workload = Workload,
            Resources = Resource,
            Verbs = Verb,
            At = At switch
            {
                TimeSpan delay => cluster.Time.GetUtcNow() + delay,
                DateTimeOffset moment => moment,
                _ => null,
            },
            For = For,
            Percent = Percent,
            Seed = Seed,
            RetryAfter = RetryAfter,
            Delay = Delay,
            Period = Period,
            Offset = Offset,
            Condition = Condition,
        };
}
