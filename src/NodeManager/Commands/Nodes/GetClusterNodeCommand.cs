using NodeManager.Core.Nodes.Reading;

namespace NodeManager.Commands;

[Cmdlet(VerbsCommon.Get, "ClusterNode", DefaultParameterSetName = ByObject)]
[OutputType(typeof(ClusterNode))]
public sealed class GetClusterNodeCommand : NodeQueryCmdlet
{
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RoleCompleter))]
    public string[] Role { get; set; } = [];

    /// <summary>
    /// Any of <c>Ready</c>, <c>NotReady</c> (includes <c>Unknown</c>), <c>Unknown</c>, <c>Cordoned</c> or <c>SchedulingDisabled</c>.
    /// </summary>
    [Parameter]
    [ValidateSet("Ready", "NotReady", "Unknown", "Cordoned", "SchedulingDisabled")]
    public string[] Status { get; set; } = [];

    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ZoneCompleter))]
    public string[] Zone { get; set; } = [];

    [Parameter]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(PoolOfNodeCompleter))]
    public string[] Pool { get; set; } = [];

    /// <summary>Also read pods, their requests and usage.</summary>
    [Parameter]
    public SwitchParameter Usage { get; set; }

    // A separate type name selects the view with usage.
    private protected override void Output(object value)
    {
        var output = PSObject.AsPSObject(value);
        if (Usage)
            output.TypeNames.Insert(0, typeof(ClusterNode).FullName + "#Usage");
        base.Output(output);
    }

    private protected override void Read(NodeManagerSession session, IReadOnlyList<string> names, IReadOnlyDictionary<string, string> uids)
    {
        var query = new NodeQuery
        {
            Names = names,
            Uids = uids,
            Selector = Selector,
            Roles = Role,
            Statuses = Status,
            Zones = Zone,
            Pools = Pool,
            Usage = Usage,
        };
        Sessions.StartIn(
            session,
            session,
            async worker =>
            {
                await foreach (
                    ClusterNode node in NodeReader.ReadAsync(session, query, e => worker.Error(e, e.Target), worker, worker.Token)
                )
                    worker.Output(node);
            }
        );
    }
}
