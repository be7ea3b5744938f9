using System.Collections;
using System.Globalization;
using NodeManager.Core.Placement;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Selectors;

namespace NodeManager.Commands;

[Cmdlet(VerbsCommon.Select, "ClusterNode", DefaultParameterSetName = ByRequest)]
[OutputType(typeof(NodeSelection))]
public sealed class SelectClusterNodeCommand : SessionCmdlet
{
    private const string ByRequest = "ByRequest";
    private const string ByPod = "ByPod";

    private Pod? _pod;
    private LabelSelector? _nodes;
    private LabelSelector? _sessions;

    /// <summary>The strategy; by default, the configuration's.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(NodeSelectionStrategyCompleter))]
    [ValidateSet(
        nameof(NodeSelectionStrategy.LeastSessions),
        nameof(NodeSelectionStrategy.MostResources),
        nameof(NodeSelectionStrategy.Random),
        nameof(NodeSelectionStrategy.RoundRobin)
    )]
    public string? Strategy { get; set; }

    [Parameter]
    [ValidateRange(1, 5000)]
    public int Count { get; set; } = 1;

    /// <summary>The requested CPU: cores, or a quantity such as 500m.</summary>
    [Parameter(ParameterSetName = ByRequest)]
    [ValidateNotNullOrEmpty]
    public object? Cpu { get; set; }

    /// <summary>The requested memory: bytes (4gb), or a quantity such as 4Gi.</summary>
    [Parameter(ParameterSetName = ByRequest)]
    [ValidateNotNullOrEmpty]
    public object? Memory { get; set; }

    /// <summary>Other requested resources: @{ 'nvidia.com/gpu' = 1 }.</summary>
    [Parameter(ParameterSetName = ByRequest)]
    [ValidateNotNull]
    public IDictionary? Resource { get; set; }

    /// <summary>A YAML or JSON file with the manifest of a pod or workload.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByPod)]
    [ValidateNotNullOrEmpty]
    public string? Pod { get; set; }

    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(LabelSelectorCompleter))]
    [LabelSelector]
    public string? Selector { get; set; }

    /// <summary>Tolerated taints: key=value:Effect, key:Effect, key, or *.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Toleration { get; set; } = [];

    /// <summary>The pods that count as sessions; by default, all active pods except mirror and DaemonSet-managed pods.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PodSelectorCompleter))]
    [LabelSelector]
    public string? SessionSelector { get; set; }

    /// <summary>Makes a random selection reproducible.</summary>
    [Parameter]
    public int Seed { get; set; }

    [Parameter]
    public SwitchParameter AllowRepeat { get; set; }

    /// <summary>Also emit rejected nodes with the reasons.</summary>
    [Parameter]
    public SwitchParameter Explain { get; set; }

    private protected override void Begin()
    {
        _pod = Pod is null
            ? PodRequest.Of(Requests(), Toleration)
            : PodManifest.Read(ManifestFile.Read(GetUnresolvedProviderPathFromPSPath(Pod)), Pod).Tolerating(Toleration);
        _nodes = Selector is null ? null : LabelSelectorParser.ParseQuery(Selector);
        _sessions = SessionSelector is null ? null : LabelSelectorParser.ParseQuery(SessionSelector);
    }

    private protected override void End()
    {
        foreach (NodeManagerSession session in Sessions)
        {
            SelectionRequest request = new()
            {
                Strategy = Strategy ?? session.Configuration.NodeSelectionStrategy,
                Count = Count,
                AllowRepeat = AllowRepeat,
                Pod = _pod!,
                Nodes = _nodes,
                Sessions = _sessions,
                Seed = IsBound(nameof(Seed)) ? Seed : null,
                Explain = Explain,
            };
            Sessions.StartIn(
                session,
                session,
                async worker =>
                {
                    IReadOnlyList<NodeSelection> selected = await NodeSelections.SelectAsync(session, request, worker, worker.Token);
                    foreach (NodeSelection selection in selected)
                        worker.Output(selection);
                    if (selected.Count(static selection => selection.IsSelected) is int found and > 0 && found < Count)
                        worker.Warning(
                            $"{found} of {Count} nodes are eligible in cluster '{session.Cluster}'. To select a node more than once, use -AllowRepeat."
                        );
                }
            );
        }
    }

    private IEnumerable<KeyValuePair<string, string>> Requests()
    {
        if (Cpu is not null)
            yield return new("cpu", Text(Cpu));
        if (Memory is not null)
            yield return new("memory", Text(Memory));
        foreach (DictionaryEntry entry in Resource ?? new Hashtable())
            yield return new(Text(entry.Key), Text(entry.Value));
    }

    // PowerShell passes 4gb as a number to an object parameter, and as the text '4gb' to a string parameter.
    private static string Text(object? value) =>
        Convert.ToString(value is PSObject wrapped ? wrapped.BaseObject : value, CultureInfo.InvariantCulture) ?? "";
}
