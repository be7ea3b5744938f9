using System.Management.Automation;
using System.Text.Json.Nodes;
using NodeManager.Commands.Bases;
using NodeManager.Completion;
using NodeManager.Core.Pools;
using NodeManager.Core.Pools.Documents;
using NodeManager.Core.Pools.Planning;
using NodeManager.Core.Pools.Running;
using NodeManager.Parameters;
using NodeManager.Sessions;

namespace NodeManager.Commands;

/// <summary>Creates node pools.</summary>
[Cmdlet(VerbsCommon.New, "NodePool", DefaultParameterSetName = PlatformSet, SupportsShouldProcess = true)]
[OutputType(typeof(NodePool), typeof(NodePoolPlan))]
public sealed class NewNodePoolCommand : SessionCmdlet
{
    private const string PlatformSet = "Platform";
    private const string SpecSet = "Spec";
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";
    private const string TemplateSet = "Template";

    /// <summary>The pool's name; a file or a specification may have it instead.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PlatformSet)]
    [Parameter(Position = 0, ParameterSetName = SpecSet)]
    [Parameter(Position = 0, ParameterSetName = PathSet)]
    [Parameter(Position = 0, ParameterSetName = LiteralPathSet)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = TemplateSet)]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The machines, from New-NodePoolPlatform.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PlatformSet, ValueFromPipeline = true)]
    [ValidateNotNull]
    public NodePoolPlatform? Platform { get; set; }

    /// <summary>A hashtable, JSON or YAML, or an object that ConvertFrom-Json made: the specification, or name and specification.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SpecSet)]
    [ValidateNotNull]
    public object? Spec { get; set; }

    /// <summary>JSON or YAML files.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>The same without wildcards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>A pool whose specification the new one gets.</summary>
    [Parameter(Mandatory = true, ParameterSetName = TemplateSet, ValueFromPipeline = true)]
    [ValidateNotNull]
    public NodePool? InputObject { get; set; }

    /// <summary>The service's name or id of the cluster.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(PoolClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Cluster { get; set; }

    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int NodeCount { get; set; }

    [Parameter]
    public bool EnableAutoscaling { get; set; }

    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int MinNodes { get; set; }

    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int MaxNodes { get; set; }

    /// <summary>Per cent.</summary>
    [Parameter]
    [ValidateRange(1, 100)]
    public int TargetCpuUtilization { get; set; }

    /// <summary>Per cent.</summary>
    [Parameter]
    [ValidateRange(1, 100)]
    public int TargetMemoryUtilization { get; set; }

    [Parameter]
    [Duration]
    public TimeSpan ScaleDownDelay { get; set; }

    [Parameter]
    [Duration]
    public TimeSpan ScaleUpDelay { get; set; }

    /// <summary>An extension; sent only to a service that has returned it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Release { get; set; }

    /// <summary>An extension; sent only to a service that has returned it.</summary>
    [Parameter]
    [Duration]
    public TimeSpan DrainTimeout { get; set; }

    /// <summary>An extension; sent only to a service that has returned it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? MaxSurge { get; set; }

    /// <summary>An extension; sent only to a service that has returned it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? MaxUnavailable { get; set; }

    private protected override int WorkLimit => 8;

    private protected override void Begin()
    {
        DurationAttribute.RequireNotNegative(nameof(ScaleDownDelay), ScaleDownDelay);
        DurationAttribute.RequireNotNegative(nameof(ScaleUpDelay), ScaleUpDelay);
        DurationAttribute.RequireNotNegative(nameof(DrainTimeout), DrainTimeout);
    }

    private protected override void Process()
    {
        if (ParameterSetName is PathSet or LiteralPathSet)
        {
            foreach (string file in ResolvedFiles.Of(this, Path, LiteralPath, ErrorIds.NotFound, Fail)) Create(() => PoolInput.ReadFile(file), file, Sessions);
            return;
        }

        IReadOnlyList<NodeManagerSession> sessions = InputObject is null || Session is not null ? Sessions : Sessions.For(InputObject);
        object given = (object?)Platform ?? (object?)InputObject ?? Spec!;
        Create(() => PoolInput.Read(given), given, sessions);
    }

    private void Create(Func<PoolDescription> read, object source, IReadOnlyList<NodeManagerSession> sessions)
    {
        try
        {
            PoolDescription given = read();
            // A template is copied, not its name nor, into another session, its cluster.
            if (InputObject is not null) given = new(null, Session is null ? given.ClusterId : null, given.Spec);
            string name = Name ?? given.Name ?? throw new NodeManagerException(
                ErrorIds.NodePoolInvalid, ErrorKind.InvalidArgument, "The node pool has no name.", source, "Use -Name, or give 'name' beside 'spec'.");
            JsonObject spec = PoolMerge.Apply(given.Spec, ReadChange().PatchOf(given.Spec, name));
            foreach (NodeManagerSession session in sessions) Create(session, name, Cluster ?? given.ClusterId ?? "", spec);
        }
        catch (NodeManagerException failure) when (MyInvocation.ExpectingInput || ParameterSetName is PathSet or LiteralPathSet)
        {
            // Another file may be right.
            Fail(failure, source);
        }
    }

    private void Create(NodeManagerSession session, string name, string cluster, JsonObject spec)
    {
        async Task<PoolDraft> DraftAsync(PoolContext context, CancellationToken token) => new(name, (await PoolClusters.ResolveAsync(context, cluster, token)).Id, spec);

        string target = $"node pool '{name}' in cluster '{session.Cluster}'", action = $"Create node pool ({PoolSpecReader.Read(spec)})";
        if (IsWhatIf)
        {
            Sessions.StartIn(session, name, async worker =>
            {
                PoolContext context = PoolSessions.Of(session);
                NodePoolPlan plan = await PoolPlanner.PlanCreationAsync(context, await DraftAsync(context, worker.Token), worker, worker.Token);
                await worker.ShouldProcessAsync(target, action);
                worker.Output(plan);
            });
            return;
        }

        if (!ShouldProcess(target, action)) return;
        Sessions.StartIn(session, name, async worker =>
        {
            PoolContext context = PoolSessions.Of(session);
            worker.Output(await PoolCreator.CreateAsync(context, await DraftAsync(context, worker.Token), worker, worker.Token));
        });
    }

    private PoolChange ReadChange() => new()
    {
        NodeCount = Given(nameof(NodeCount), NodeCount),
        Scaling = new()
        {
            Enabled = Given(nameof(EnableAutoscaling), EnableAutoscaling),
            MinNodes = Given(nameof(MinNodes), MinNodes),
            MaxNodes = Given(nameof(MaxNodes), MaxNodes),
            TargetCpuUtilization = Given(nameof(TargetCpuUtilization), TargetCpuUtilization),
            TargetMemoryUtilization = Given(nameof(TargetMemoryUtilization), TargetMemoryUtilization),
            ScaleDownDelay = Given(nameof(ScaleDownDelay), ScaleDownDelay),
            ScaleUpDelay = Given(nameof(ScaleUpDelay), ScaleUpDelay),
        },
        Extensions = new() { Release = Release, DrainTimeout = Given(nameof(DrainTimeout), DrainTimeout), MaxSurge = MaxSurge, MaxUnavailable = MaxUnavailable },
    };

    private T? Given<T>(string parameter, T value)
        where T : struct => IsBound(parameter) ? value : null;
}
