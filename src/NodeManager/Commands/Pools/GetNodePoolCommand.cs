using NodeManager.NodePools.Operations;
using NodeManager.Sessions;

namespace NodeManager.Commands;

[Cmdlet(VerbsCommon.Get, "NodePool", DefaultParameterSetName = ByObject)]
[OutputType(typeof(NodePool))]
public sealed class GetNodePoolCommand : PoolCmdlet
{
    private const string ByName = "ByName";
    private const string ById = "ById";
    private const string ByObject = "ByObject";

    private readonly List<string> _names = [];
    private readonly List<(NodeManagerSession Session, PoolPlace Place, PoolTarget Target)> _pools = [];
    private bool _all;

    /// <summary>Names or wildcards. A missing plain name is an error; a wildcard without a match is not.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(NodePoolNameCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = ById)]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <summary>A pool, or an object that stands for one: its status, a plan, one of its nodes, or a row of a file.</summary>
    [Parameter(ParameterSetName = ByObject, ValueFromPipeline = true)]
    [PoolRows]
    [ValidateNotNull]
    public ClusterObject? InputObject { get; set; }

    [Parameter]
    [ArgumentCompleter(typeof(PoolValueCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Status { get; set; }

    [Parameter]
    [ArgumentCompleter(typeof(PoolValueCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Health { get; set; }

    /// <summary>Also read the controllers' reports: one more request per pool of a service.</summary>
    [Parameter]
    public SwitchParameter IncludeStatus { get; set; }

    private protected override void Process()
    {
        if (ParameterSetName == ByName)
            _names.AddRange(Name);
        else if (ParameterSetName == ByObject && InputObject is null)
            _all = true;
        else if (InputObject is not null)
            Add(InputObject);
    }

    private void Add(ClusterObject value)
    {
        if (PoolReference.From(value) is not { } target)
            Fail(PoolReference.StandsForNone(value), value);
        else
            foreach (NodeManagerSession session in Sessions.For(value))
                _pools.Add((session, PlaceOf(value), target));
    }

    /// <summary>One query per session, however many names were piped.</summary>
    private protected override void End()
    {
        foreach (var group in _pools.GroupBy(static one => (one.Session, one.Place)))
        {
            Read(
                group.Key.Session,
                group.Key.Place,
                new() { Ids = [.. group.Select(static one => one.Target.Id).Where(static id => id.Length > 0)] }
            );
            Read(
                group.Key.Session,
                group.Key.Place,
                new() { Names = [.. group.Where(static one => one.Target.Id.Length == 0).Select(static one => one.Target.Name).Distinct()] }
            );
        }

        // Empty pipeline input selects nothing, not everything.
        if (!_all && _names.Count == 0 && Id.Length == 0)
            return;
        foreach (NodeManagerSession session in Sessions)
            Start(session, Place, new() { Names = _names, Ids = [.. Id.Select(static id => id.ToLowerInvariant())] });
    }

    // A separate type name selects the view with status.
    private protected override void Output(object value)
    {
        var output = PSObject.AsPSObject(value);
        if (IncludeStatus)
            output.TypeNames.Insert(0, typeof(NodePool).FullName + "#Status");
        base.Output(output);
    }

    private void Read(NodeManagerSession session, PoolPlace place, PoolQuery query)
    {
        if (query.Ids.Count + query.Names.Count > 0)
            Start(session, place, query);
    }

    private void Start(NodeManagerSession session, PoolPlace place, PoolQuery query)
    {
        PoolQuery complete = query with
        {
            Cluster = Cluster ?? "",
            Phase = Status ?? "",
            Health = Health ?? "",
            IncludeStatus = IncludeStatus,
        };
        Sessions.StartIn(
            session,
            session,
            async worker =>
            {
                await foreach (
                    NodePool pool in PoolReader.ReadAsync(
                        PoolSessions.Of(session, place),
                        complete,
                        e => worker.Error(e, e.Target),
                        worker,
                        worker.Token
                    )
                )
                    worker.Output(pool);
            }
        );
    }
}
