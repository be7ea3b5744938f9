using System.Text.Json.Nodes;
using NodeManager.Autoscaling.NodePools;
using NodeManager.NodePools;
using NodeManager.NodePools.Documents;
using NodeManager.NodePools.Operations;
using NodeManager.NodePools.Planning;
using NodeManager.Sessions;

namespace NodeManager.Commands;

[Cmdlet(VerbsCommon.New, "NodePool", DefaultParameterSetName = PlatformSet, SupportsShouldProcess = true)]
[OutputType(typeof(NodePool), typeof(NodePoolPlan))]
public sealed class NewNodePoolCommand : PoolSpecCmdlet, IClusterChange
{
    private const string PlatformSet = "Platform";
    private const string SpecSet = "Spec";
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";
    private const string TemplateSet = "Template";
    private const string MachineSet = "NodeProvider";

    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    /// <summary>The pool's name; may come from a file or a specification instead.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PlatformSet)]
    [Parameter(Position = 0, ParameterSetName = SpecSet)]
    [Parameter(Position = 0, ParameterSetName = PathSet)]
    [Parameter(Position = 0, ParameterSetName = LiteralPathSet)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = TemplateSet)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = MachineSet)]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = PlatformSet, ValueFromPipeline = true)]
    [ValidateNotNull]
    public NodePoolPlatform? Platform { get; set; }

    /// <summary>The NodeSmithProvider of the machines; selects a pool of the cluster.</summary>
    [Parameter(Mandatory = true, ParameterSetName = MachineSet)]
    [ArgumentCompleter(typeof(NodeProviderCompleter))]
    [ValidateNotNullOrEmpty]
    public string? NodeProvider { get; set; }

    /// <summary>A specification, or a name and a specification: a hashtable, JSON, YAML, or an object of ConvertFrom-Json.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SpecSet)]
    [ValidateNotNull]
    public object? Spec { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>A pool whose specification is copied.</summary>
    [Parameter(Mandatory = true, ParameterSetName = TemplateSet, ValueFromPipeline = true)]
    [ValidateNotNull]
    public NodePool? InputObject { get; set; }

    private protected override int WorkLimit => 8;

    private protected override void Process()
    {
        if (ParameterSetName is PathSet or LiteralPathSet)
        {
            foreach (string file in ResolvedFiles.Of(this, Path, LiteralPath, ErrorIds.NotFound, Fail))
                Create(() => PoolInput.ReadFile(file), file, Sessions);
            return;
        }

        IReadOnlyList<NodeManagerSession> sessions = InputObject is null || Session is not null ? Sessions : Sessions.For(InputObject);
        object given = (object?)Platform ?? (object?)InputObject ?? Spec ?? new JsonObject();
        Create(() => PoolInput.Read(given), given, sessions);
    }

    private void Create(Func<PoolDescription> read, object source, IReadOnlyList<NodeManagerSession> sessions)
    {
        try
        {
            PoolDescription given = read();
            // A template's name is not copied; its cluster only within the same session.
            if (InputObject is not null)
                given = given with { Name = null, ClusterId = Session is null && Provider is null ? given.ClusterId : null };
            string name =
                Name
                ?? given.Name
                ?? throw new NodeManagerException(
                    ErrorIds.NodePoolInvalid,
                    ErrorKind.InvalidArgument,
                    "The node pool has no name.",
                    source,
                    "Use -Name, or specify 'name' next to 'spec'."
                );
            PoolPlace place = PlaceOf(given);
            foreach (NodeManagerSession session in sessions)
                Create(session, place, name, Cluster ?? given.ClusterId ?? "", given.Spec);
        }
        catch (NodeManagerException failure) when (MyInvocation.ExpectingInput || ParameterSetName is PathSet or LiteralPathSet)
        {
            // A later file may be valid.
            Fail(failure, source);
        }
    }

    // By default the description decides: a NodeSmithProvider means a pool of the cluster.
    private PoolPlace PlaceOf(PoolDescription given)
    {
        PoolPlace place = InputObject is null ? Place : PlaceOf(InputObject);
        bool isOfCluster = NodeProvider is not null || ClusterPoolFormat.IsFormatOf(given.Spec);
        string ns = IsBound(nameof(Namespace)) || given.Namespace is null ? place.Namespace : given.Namespace;
        if (Provider is not null)
            return new(Provider, ns);
        if (isOfCluster)
            return new(NodePoolProvider.Cluster, ns);
        return new(InputObject is null ? "" : place.Provider, ns);
    }

    private void Create(NodeManagerSession session, PoolPlace place, string name, string cluster, JsonObject given)
    {
        PoolContext context = PoolSessions.Of(session, place);
        JsonObject spec = PoolMerge.Apply(
            given,
            context.Provider.Format.PatchOf(ReadChange() with { NodeProvider = NodeProvider }, given, name)
        );
        async Task<PoolDraft> DraftAsync(CancellationToken token) =>
            new(name, (await PoolClusters.ResolveAsync(context, cluster, token)).Id, spec);

        string target = $"node pool '{name}' in cluster '{session.Cluster}'",
            action = $"Create node pool ({context.Provider.Format.Read(spec)})";
        if (IsWhatIf)
        {
            Sessions.StartIn(
                session,
                name,
                async worker =>
                {
                    NodePoolPlan plan = await PoolPlanner.PlanCreationAsync(context, await DraftAsync(worker.Token), worker, worker.Token);
                    await worker.ShouldProcessAsync(session, target, action);
                    worker.Output(plan);
                }
            );
            return;
        }

        if (!ShouldProcess(session, target, action))
            return;
        Sessions.StartIn(
            session,
            name,
            async worker =>
            {
                worker.Output(await PoolCreator.CreateAsync(context, await DraftAsync(worker.Token), worker, worker.Token));
            }
        );
    }
}
