using System.Management.Automation;
using NodeManager.Commands.Bases;
using NodeManager.Completion;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Parameters;

namespace NodeManager.Commands;

/// <summary>The nodes of a cluster.</summary>
[Cmdlet(VerbsCommon.Get, "ClusterNode", DefaultParameterSetName = ByObject)]
[OutputType(typeof(ClusterNode))]
public sealed class GetClusterNodeCommand : SessionCmdlet
{
    // ByObject is the default, so that what is piped binds as an object first; see NodeCmdlet.
    private const string ByName = "ByName";
    private const string ByObject = "ByObject";

    private readonly List<string> _names = [];
    private readonly HashSet<NodeReference> _nodes = [];
    private bool _all;

    /// <summary>Names; wildcards. A plain name without a node is an error, a wildcard is not.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    [NodeNames]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    /// <summary>A node to read again, or what stands for one: a pod, a plan, a drain result, or a row of a file with such an object.</summary>
    [Parameter(ParameterSetName = ByObject, ValueFromPipeline = true)]
    [Rows]
    [ValidateNotNull]
    public ClusterObject? InputObject { get; set; }

    /// <summary>A label selector, as kubectl's <c>-l</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(LabelSelectorCompleter))]
    [LabelSelector]
    public string? Selector { get; set; }

    /// <summary>Any of these roles.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RoleCompleter))]
    public string[] Role { get; set; } = [];

    /// <summary>Any of <c>Ready</c>, <c>NotReady</c> (<c>Unknown</c> included), <c>Unknown</c>, <c>Cordoned</c> or <c>SchedulingDisabled</c>.</summary>
    [Parameter]
    [ValidateSet("Ready", "NotReady", "Unknown", "Cordoned", "SchedulingDisabled")]
    public string[] Status { get; set; } = [];

    /// <summary>Any of these zones.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ZoneCompleter))]
    public string[] Zone { get; set; } = [];

    /// <summary>Also count pods and what they request, and ask what is used.</summary>
    [Parameter]
    public SwitchParameter Usage { get; set; }

    private protected override void Process()
    {
        if (ParameterSetName == ByName)
        {
            foreach (string name in Name)
            {
                if (NodeNamesAttribute.ObjectOf(name) is { } given)
                    Add(given);
                else
                    _names.Add(name);
            }
        }
        else if (InputObject is null)
            _all = true;
        else
            Add(InputObject);
    }

    private void Add(ClusterObject value)
    {
        if (NodeReference.NameFrom(value) is not { Length: > 0 } name)
            Fail(NodeReference.StandsForNone(value), value);
        else if (value is ObjectRow { Cluster: "" })
            _names.Add(name);
        else
            foreach (NodeManagerSession session in Sessions.For(value))
                _nodes.Add(new(session, name));
    }

    /// <summary>One query a session, however many names were piped: pods and metrics are fetched once.</summary>
    private protected override void End()
    {
        foreach (IGrouping<NodeManagerSession, NodeReference> group in _nodes.GroupBy(n => n.Session))
            Read(group.Key, [.. group.Select(n => n.Name)]);

        // A pipeline that brought nothing selects nothing, not everything.
        if (!_all && _names.Count == 0)
            return;
        foreach (NodeManagerSession session in Sessions)
            Read(session, _names);
    }

    // Under a name of its own a node with usage has the view that shows it.
    private protected override void Output(object value)
    {
        var shown = PSObject.AsPSObject(value);
        if (Usage)
            shown.TypeNames.Insert(0, typeof(ClusterNode).FullName + "#Usage");
        base.Output(shown);
    }

    private void Read(NodeManagerSession session, IReadOnlyList<string> names)
    {
        var query = new NodeQuery
        {
            Names = names,
            Selector = Selector,
            Roles = Role,
            Statuses = Status,
            Zones = Zone,
            Usage = Usage,
        };
        Sessions.StartIn(session, session, async worker =>
        {
            await foreach (ClusterNode node in NodeReader.ReadAsync(session, query, e => worker.Error(e, e.Target), worker, worker.Token))
                worker.Output(node);
        });
    }
}
