using NodeManager.Core.Nodes;

namespace NodeManager.Commands.Bases;

/// <summary>A cmdlet that reads nodes by name, as objects, by a selector, or all. Sends one query per session.</summary>
public abstract class NodeQueryCmdlet : SessionCmdlet
{
    // ByObject is the default; see NodeCmdlet.
    private protected const string ByName = "ByName";
    private protected const string ByObject = "ByObject";

    private readonly List<string> _names = [];
    private readonly HashSet<NodeReference> _nodes = [];
    private bool _all;

    /// <summary>Names or wildcards. A missing plain name is an error; a wildcard without a match is not.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    [NodeNames]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    /// <summary>A node, or an object that stands for one: a pod, a plan, a drain result, or a row of a file with such an object.</summary>
    [Parameter(ParameterSetName = ByObject, ValueFromPipeline = true)]
    [Rows]
    [ValidateNotNull]
    public ClusterObject? InputObject { get; set; }

    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(LabelSelectorCompleter))]
    [LabelSelector]
    public string? Selector { get; set; }

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

    /// <summary>One query per session, however many names were piped.</summary>
    private protected override void End()
    {
        foreach (IGrouping<NodeManagerSession, NodeReference> group in _nodes.GroupBy(n => n.Session))
            Read(group.Key, [.. group.Select(n => n.Name).Distinct()], NodeTarget.UidsOf(group.Select(n => n.Target)));

        // Empty pipeline input selects nothing, not everything.
        if (!_all && _names.Count == 0)
            return;
        foreach (NodeManagerSession session in Sessions)
            Read(session, _names, NodeTarget.NoUids);
    }

    /// <summary>Queries these nodes of the session; without names, all.</summary>
    /// <param name="uids">The UIDs of nodes from objects, by name. A different node of the same name is an error (NodeReplaced).</param>
    private protected abstract void Read(NodeManagerSession session, IReadOnlyList<string> names, IReadOnlyDictionary<string, string> uids);

    /// <summary>Receives each object of the pipeline before <see cref="Read"/>.</summary>
    private protected virtual void Observe(NodeReference node, ClusterObject origin) { }

    private void Add(ClusterObject value)
    {
        if (PoolNodes.Of(value, Sessions, Pump, Fail) is { } members)
            _nodes.UnionWith(members);
        else if (NodeReference.TargetsFrom(value) is not { Count: > 0 } targets)
            Fail(NodeReference.StandsForNone(value), value);
        else if (value is ObjectRow { Cluster: "", ClusterUid: "" })
            _names.AddRange(targets.Select(static one => one.Name));
        else
        {
            foreach (NodeManagerSession session in Sessions.For(value, NodeReference.HasUids(targets)))
            {
                foreach (NodeTarget target in targets)
                {
                    NodeReference node = new(session, target);
                    _nodes.Add(node);
                    Observe(node, value);
                }
            }
        }
    }
}
