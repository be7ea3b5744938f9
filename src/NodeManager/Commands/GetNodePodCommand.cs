using System.Management.Automation;
using NodeManager.Completion;
using NodeManager.Core.Nodes;
using NodeManager.Parameters;
using NodeManager.Pipeline;
using NodeManager.Sessions;

namespace NodeManager.Commands;

/// <summary>The pods that are bound to nodes.</summary>
[Cmdlet(VerbsCommon.Get, "NodePod", DefaultParameterSetName = ByObject)]
[OutputType(typeof(NodePod))]
public sealed class GetNodePodCommand : SessionCmdlet
{
    // ByObject is the default, so that what is piped binds as an object first; see NodeCmdlet.
    private const string ByName = "ByName";
    private const string ByObject = "ByObject";

    private readonly HashSet<NodeReference> _seen = [];

    /// <summary>Nodes; wildcards. Without it, all nodes.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    [NodeNames]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] NodeName { get; set; } = [];

    /// <summary>A node, or what stands for one: a plan, a drain result, a pod (all pods beside it).</summary>
    [Parameter(ParameterSetName = ByObject, ValueFromPipeline = true)]
    [ValidateNotNull]
    public ClusterObject? InputObject { get; set; }

    /// <summary>Without it, all namespaces.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Namespace { get; set; }

    /// <summary>A label selector over pods, as kubectl's <c>-l</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
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
        if (NodeReference.NameFrom(value) is { Length: > 0 } name)
            Read(new NodeReference(SessionOf(value), name));
        else
            Fail(NodeReference.StandsForNone(value), value);
    }

    private void ReadNamed()
    {
        foreach (ClusterObject value in NodeName.Select(NodeNamesAttribute.ObjectOf).OfType<ClusterObject>())
            Read(value);

        string[] texts = [.. NodeName.Where(name => NodeNamesAttribute.ObjectOf(name) is null)];
        if (texts.Length == 0)
            return;
        string[] patterns = [.. texts.Where(WildcardPattern.ContainsWildcardCharacters)];
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
        StartIn(node.Session, node.Name, async worker =>
        {
            bool any = false;
            await foreach (NodePod pod in NodePodReader.ReadAsync(node.Session, node.Name, Namespace, Selector, worker.Token))
            {
                any = true;
                worker.Output(pod);
            }

            if (!any)
                await ReportIfMissingAsync(node, worker);
        });
    }

    // To the server a node without pods and a node that does not exist are the same.
    private static async Task ReportIfMissingAsync(NodeReference node, Worker worker)
    {
        var query = new NodeQuery { Names = [node.Name] };
        await foreach (ClusterNode _ in NodeReader.ReadAsync(node.Session, query, e => worker.Error(e, node.Name), worker, worker.Token))
        {
            // It is there.
        }
    }

    // One request for all pods costs less than one for each of many nodes.
    private void ReadMatching(string[] patterns)
    {
        WildcardPattern[] wanted = [.. patterns.Select(p => new WildcardPattern(p, WildcardOptions.IgnoreCase))];
        foreach (NodeManagerSession session in Sessions)
        {
            StartIn(session, session, async worker =>
            {
                await foreach (NodePod pod in NodePodReader.ReadAsync(session, null, Namespace, Selector, worker.Token))
                {
                    if (Array.Exists(wanted, p => p.IsMatch(pod.NodeName)))
                        worker.Output(pod);
                }
            });
        }
    }
}
