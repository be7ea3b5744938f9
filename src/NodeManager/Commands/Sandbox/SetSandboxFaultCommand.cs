using System.Management.Automation;
using NodeManager.Commands.Bases;
using NodeManager.Completion;
using NodeManager.Parameters;
using NodeManager.Sandbox;
using NodeManager.Sandbox.Api.Faults;
using NodeManager.Sessions;

namespace NodeManager.Commands;

/// <summary>Makes something go wrong in an embedded cluster, now or later, for a while or until it is cleared.</summary>
[Cmdlet(VerbsCommon.Set, "SandboxFault", SupportsShouldProcess = true)]
[OutputType(typeof(SandboxFault))]
public sealed class SetSandboxFaultCommand : SessionCmdlet, IClusterChange
{
    /// <summary>The name of the protected cluster that may be changed.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(SandboxFaultKindCompleter))]
    [ValidateNotNullOrEmpty]
    public string Kind { get; set; } = "";

    /// <summary>Which nodes, or the pods of which nodes; without it, all.</summary>
    [Parameter(Position = 1)]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Node { get; set; } = [];

    /// <summary>A fault of this name is replaced; without it, it gets one.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    [Parameter]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Namespace { get; set; }

    /// <summary>Pods with these labels.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PodSelectorCompleter))]
    [LabelSelector]
    public string? PodSelector { get; set; }

    /// <summary>Pods of this owner: web, Deployment/web.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Workload { get; set; }

    /// <summary>Requests for these: pods, pods/eviction, deployments.apps.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Resource { get; set; } = [];

    [Parameter]
    [ArgumentCompleter(typeof(RequestVerbCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Verb { get; set; } = [];

    /// <summary>When it begins: a time, or a duration from now in the cluster's time; without it, immediately.</summary>
    [Parameter]
    [Moment]
    public object? At { get; set; }

    /// <summary>How long it lasts, in the cluster's time; without it, until it is cleared.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? For { get; set; }

    /// <summary>How many of a hundred nodes, pods, requests or watches it hits.</summary>
    [Parameter]
    [ValidateRange(1, 100)]
    public int Percent { get; set; } = 100;

    /// <summary>Decides which those are.</summary>
    [Parameter]
    public int Seed { get; set; } = 1;

    /// <summary>What throttled clients are asked to wait.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? RetryAfter { get; set; }

    /// <summary>How slow what is slow is.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? Delay { get; set; }

    /// <summary>Of what comes again.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? Period { get; set; }

    /// <summary>How far a clock is ahead; negative: behind.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? Offset { get; set; }

    /// <summary>The condition that a problem detector reports.</summary>
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
