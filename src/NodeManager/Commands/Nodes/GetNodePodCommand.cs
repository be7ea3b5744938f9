using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Kubernetes.Selectors;
using NodeManager.Pipeline;

namespace NodeManager.Commands;

[Cmdlet(VerbsCommon.Get, "NodePod", DefaultParameterSetName = ByObject)]
[OutputType(typeof(NodePod))]
public sealed class GetNodePodCommand : SessionCmdlet
{
    // ByObject is the default; see NodeCmdlet.
    private const string ByName = "ByName";
    private const string ByObject = "ByObject";

    private readonly HashSet<NodeReference> _seen = [];
    private readonly HashSet<(NodeManagerSession?, string)> _emitted = [];

    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    [NodeNames]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] NodeName { get; set; } = [];

    /// <summary>
    /// A node, or an object that identifies one: a plan, a drain result, a pod (all pods of its node), a node pool (all its nodes), or a row of
    /// a file.
    /// </summary>
    [Parameter(ParameterSetName = ByObject, ValueFromPipeline = true)]
    [Rows]
    [ValidateNotNull]
    public ClusterObject? InputObject { get; set; }

    [Parameter]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Namespace { get; set; }

    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PodSelectorCompleter))]
    [LabelSelector]
    public string? Selector { get; set; }

    private protected override void Process()
    {
        if (ParameterSetName == ByName)
            ReadNamed();
        else if (InputObject is null)
            ReadMatching(["*"]);
        else
            Read(InputObject);
    }

    private void Read(ClusterObject value)
    {
        if (PoolNodes.Of(value, Sessions, Pump, Fail) is { } members)
        {
            foreach (NodeReference member in members)
                Read(member);
            return;
        }

        IReadOnlyList<NodeTarget> targets = NodeReference.TargetsFrom(value);
        if (targets.Count == 0)
            Fail(NodeReference.StandsForNone(value), value);
        else if (value is ObjectRow { Cluster: "", ClusterUid: "" })
            Read([.. targets.Select(static one => one.Name)]);
        else
            foreach (NodeManagerSession session in Sessions.For(value, NodeReference.HasUids(targets)))
            foreach (NodeTarget target in targets)
                Read(new NodeReference(session, target));
    }

    private void ReadNamed()
    {
        foreach (ClusterObject value in NodeName.Select(NodeNamesAttribute.ObjectOf).OfType<ClusterObject>())
            Read(value);

        Read([.. NodeName.Where(name => NodeNamesAttribute.ObjectOf(name) is null)]);
    }

    private void Read(string[] texts)
    {
        if (texts.Length == 0)
            return;
        string[] patterns = [.. texts.Where(NamePattern.IsWildcard)];
        if (patterns.Length > 0)
            ReadMatching(patterns);
        foreach (NodeManagerSession session in Sessions)
        {
            foreach (string name in texts.Except(patterns))
                Read(new NodeReference(session, name));
        }
    }

    private void Read(NodeReference node)
    {
        if (!_seen.Add(node))
            return;
        Sessions.StartIn(
            node.Session,
            node.Name,
            async worker =>
            {
                bool any = false;
                await foreach (NodePod pod in NodePodReader.ReadAsync(node.Session, node.Target, Namespace, Selector, worker.Token))
                {
                    any = true;
                    worker.Output(pod);
                }

                if (!any)
                    await ReportIfMissingAsync(node, worker);
            }
        );
    }

    // Names and patterns may match the same node; each pod is emitted once.
    private protected override void Output(object value)
    {
        if (value is not NodePod pod || _emitted.Add((pod.Session, pod.Uid)))
            base.Output(value);
    }

    // The server answers the same for a node without pods and a missing node.
    private static async Task ReportIfMissingAsync(NodeReference node, Worker worker)
    {
        var query = new NodeQuery { Names = [node.Name] };
        await foreach (ClusterNode _ in NodeReader.ReadAsync(node.Session, query, e => worker.Error(e, node.Name), worker, worker.Token))
        { }
    }

    // One request for all pods costs less than one per node.
    private void ReadMatching(string[] patterns)
    {
        Predicate<string> isMeant = NamePattern.Any(patterns);
        Sessions.StartInEach(
            async (worker, session) =>
            {
                await foreach (NodePod pod in NodePodReader.ReadAsync(session, null, Namespace, Selector, worker.Token))
                {
                    if (isMeant(pod.NodeName))
                        worker.Output(pod);
                }
            }
        );
    }
}
