using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Selectors;
using NodeManager.Pipeline;
using NodeManager.Sessions;

namespace NodeManager.Commands.Bases;

/// <summary>A cmdlet that works on nodes by name, or as objects, which know their cluster.</summary>
public abstract class NodeCmdlet : AsyncCmdlet
{
    private protected const string ByName = "ByName";

    // The default set of every cmdlet, with a single object: PowerShell binds pipeline input to the default set first, before it converts
    // anything. Otherwise a plan would bind to -Name as text, and a node by its name alone, in whatever cluster is current.
    private protected const string ByObject = "ByObject";

    private readonly HashSet<(NodeReference, string)> _seen = [];
    private SessionSelection? _sessions;

    /// <summary>Names; wildcards match nodes of the cluster.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    [NodeNames]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public virtual string[] Name { get; set; } = [];

    /// <summary>A node, or an object that stands for one: a pod, a plan, a drain result, or a row of a file with such an object.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByObject, ValueFromPipeline = true)]
    [Rows(TakesText = true)]
    [ValidateNotNull]
    public ClusterObject? InputObject { get; set; }

    /// <summary>Where to work, as sessions, their names or ids; without it, in the current session.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [SessionArgument]
    [ValidateNotNullOrEmpty]
    public NodeManagerSession[]? Session { get; set; }

    [Parameter]
    [ValidateRange(1, 256)]
    public int ThrottleLimit { get; set; } = 32;

    private protected SessionSelection Sessions => _sessions ??= new(Pump, Session);

    private protected override int WorkLimit => ThrottleLimit;

    private protected override void Process()
    {
        if (ParameterSetName != ByObject)
            ProcessNames(Name);
        else if (InputObject is NameText text)
            ProcessNames([text.Name]);
        else
            ProcessObject(InputObject!);
    }

    /// <summary>Starts work on a node, once per node, on the pipeline thread.</summary>
    private protected abstract void Process(NodeReference node);

    /// <summary>Identifies this record's work. A repeated node is processed again only with another identity.</summary>
    private protected virtual string IdentityOfWork => "";

    private void ProcessObject(ClusterObject value)
    {
        if (PoolNodes.Of(value, Sessions, Pump, Fail) is { } members)
        {
            foreach (NodeReference member in members)
                ProcessOnce(member);
            return;
        }

        IReadOnlyList<NodeTarget> targets = NodeReference.TargetsFrom(value);
        if (value is NodeScaleRecommendation or NodeScaleCandidate)
        {
            if (
                Sessions
                    .For(value, NodeReference.HasUids(targets))
                    .Select(session => IsChange ? NodeReference.Forbids(value, session) : null)
                    .FirstOrDefault(static refused => refused is not null) is
                { } forbidden
            )
            {
                Fail(forbidden, value);
                return;
            }

            // A recommendation to keep all nodes, or one that does not apply to any node of the cluster.
            if (targets.Count == 0)
            {
                if (IsChange && value is NodeScaleRecommendation { Action: NodeScaleAction.ScaleUp } more)
                    WriteWarning(
                        $"Nothing was done: the recommendation for cluster '{more.Cluster}' is to add nodes ({more.Count}). To add them, use Resize-NodePool, or Start-NodeAutoscaler with enableAutoScaling."
                    );
                return;
            }
        }

        if (targets.Count == 0)
        {
            Fail(NodeReference.StandsForNone(value), value);
            return;
        }

        foreach (NodeManagerSession session in Sessions.For(value, NodeReference.HasUids(targets)))
        foreach (NodeTarget one in value is ObjectRow { Cluster: "", ClusterUid: "" } ? Expand(session, targets) : targets)
            ProcessOnce(new(session, one) { Known = NodeReference.KnownFrom(value), Plan = value as NodeDrainPlan });
    }

    private void ProcessNames(string[] given)
    {
        foreach (ClusterObject value in given.Select(NodeNamesAttribute.ObjectOf).OfType<ClusterObject>())
            ProcessObject(value);

        string[] texts = [.. given.Where(name => NodeNamesAttribute.ObjectOf(name) is null)];
        if (texts.Length == 0)
            return;
        foreach (NodeManagerSession session in Sessions)
        foreach (string name in Expand(session, texts))
            ProcessOnce(new(session, name));
    }

    private IEnumerable<NodeTarget> Expand(NodeManagerSession session, IReadOnlyList<NodeTarget> targets) =>
        targets.SelectMany(one =>
            NamePattern.IsWildcard(one.Name) ? Expand(session, [one.Name]).Select(name => new NodeTarget(name, one.Uid)) : [one]
        );

    private string[] Expand(NodeManagerSession session, string[] names)
    {
        string[] patterns = [.. names.Where(NamePattern.IsWildcard)];
        if (patterns.Length == 0)
            return names;
        return Sessions.TryRead(session, worker => MatchAsync(session, patterns, worker), out List<string>? matches)
            ? [.. names.Except(patterns), .. matches]
            : [];
    }

    private void ProcessOnce(NodeReference node)
    {
        if (_seen.Add((node, IdentityOfWork)))
            Process(node);
    }

    private static async Task<List<string>> MatchAsync(NodeManagerSession session, string[] patterns, Worker worker)
    {
        var names = new List<string>();
        var query = new NodeQuery { Names = patterns };
        await foreach (ClusterNode node in NodeReader.ReadAsync(session, query, static _ => { }, NullObserver.Instance, worker.Token))
            names.Add(node.Name);
        return names;
    }
}
