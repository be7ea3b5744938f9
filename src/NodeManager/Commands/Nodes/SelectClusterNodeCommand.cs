using System.Collections;
using System.Globalization;
using System.Management.Automation;
using NodeManager.Commands.Bases;
using NodeManager.Completion;
using NodeManager.Core.Placement;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Selectors;
using NodeManager.Parameters;

namespace NodeManager.Commands;

/// <summary>Selects nodes for new work.</summary>
[Cmdlet(VerbsCommon.Select, "ClusterNode", DefaultParameterSetName = ByRequest)]
[OutputType(typeof(NodeSelection))]
public sealed class SelectClusterNodeCommand : SessionCmdlet
{
    private const string ByRequest = "ByRequest";
    private const string ByPod = "ByPod";

    private Pod? _pod;
    private LabelSelector? _nodes;
    private LabelSelector? _sessions;

    /// <summary>How to select among the eligible nodes; the configuration's strategy by default.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(NodeSelectionStrategyCompleter))]
    [ValidateSet(
        nameof(NodeSelectionStrategy.LeastSessions),
        nameof(NodeSelectionStrategy.MostResources),
        nameof(NodeSelectionStrategy.Random),
        nameof(NodeSelectionStrategy.RoundRobin)
    )]
    public string? Strategy { get; set; }

    /// <summary>How many nodes.</summary>
    [Parameter]
    [ValidateRange(1, 5000)]
    public int Count { get; set; } = 1;

    /// <summary>The CPU that the work requests: cores, or a quantity such as 500m.</summary>
    [Parameter(ParameterSetName = ByRequest)]
    [ValidateNotNullOrEmpty]
    public object? Cpu { get; set; }

    /// <summary>The memory that the work requests: bytes (4gb), or a quantity such as 4Gi.</summary>
    [Parameter(ParameterSetName = ByRequest)]
    [ValidateNotNullOrEmpty]
    public object? Memory { get; set; }

    /// <summary>Further resources that the work requests: @{ 'nvidia.com/gpu' = 1 }.</summary>
    [Parameter(ParameterSetName = ByRequest)]
    [ValidateNotNull]
    public IDictionary? Resource { get; set; }

    /// <summary>The manifest of the pod, or of a workload, to place: a YAML or JSON file.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByPod)]
    [ValidateNotNullOrEmpty]
    public string? Pod { get; set; }

    /// <summary>Only nodes with these labels.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(LabelSelectorCompleter))]
    [LabelSelector]
    public string? Selector { get; set; }

    /// <summary>Taints that the work tolerates: key=value:Effect, key:Effect, key, or *.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Toleration { get; set; } = [];

    /// <summary>The pods that count as sessions; by default all active pods that are neither mirror pods nor managed by a DaemonSet.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PodSelectorCompleter))]
    [LabelSelector]
    public string? SessionSelector { get; set; }

    /// <summary>Repeats a random selection.</summary>
    [Parameter]
    public int Seed { get; set; }

    /// <summary>Allows a node to be selected more than once.</summary>
    [Parameter]
    public SwitchParameter AllowRepeat { get; set; }

    /// <summary>Also emit the nodes that are not selected, with the reasons.</summary>
    [Parameter]
    public SwitchParameter Explain { get; set; }

    private protected override void Begin()
    {
        _pod = Pod is null
            ? PodRequest.Of(Requests(), Toleration)
            : PodManifest.Read(ReadFile(GetUnresolvedProviderPathFromPSPath(Pod)), Pod).Tolerating(Toleration);
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

    // 4gb is a number to a parameter of any type, and the text '4gb' to one of text.
    private static string Text(object? value) =>
        Convert.ToString(value is PSObject wrapped ? wrapped.BaseObject : value, CultureInfo.InvariantCulture) ?? "";

    private static string ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new NodeManagerException(
                ErrorIds.ManifestInvalid,
                ErrorKind.ObjectNotFound,
                $"Cannot read the manifest '{path}': {fault.Message}",
                path,
                "Check the path and your permissions.",
                fault
            );
        }
    }
}
