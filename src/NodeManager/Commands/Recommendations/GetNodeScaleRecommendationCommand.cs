using NodeManager.Core.Configuration;
using NodeManager.Recommendations;

namespace NodeManager.Commands;

/// <summary>Recommends how many and which nodes to add or remove, with reasons.</summary>
[Cmdlet(VerbsCommon.Get, "NodeScaleRecommendation")]
[OutputType(typeof(NodeScaleRecommendation))]
public sealed class GetNodeScaleRecommendationCommand : SessionCmdlet
{
    /// <summary>A label selector; by default, all nodes except those of the control plane.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(LabelSelectorCompleter))]
    [LabelSelector]
    public string? Selector { get; set; }

    /// <summary>Percent of CPU or memory above which nodes are added; by default, the configuration's.</summary>
    [Parameter]
    [ValidateRange(50, 95)]
    public decimal ScaleUpThreshold { get; set; }

    /// <summary>Percent of CPU and memory below which a node is removed; by default, the configuration's.</summary>
    [Parameter]
    [ValidateRange(5, 50)]
    public decimal ScaleDownThreshold { get; set; }

    /// <summary>The minimum number of nodes after a removal; by default, the configuration's.</summary>
    [Parameter]
    [ValidateRange(1, 100)]
    public int MinNodes { get; set; }

    /// <summary>The maximum number of nodes after an addition; by default, the configuration's.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int MaxNodes { get; set; }

    /// <summary>Allow removals that evict pods with emptyDir volumes; their data is lost.</summary>
    [Parameter]
    public SwitchParameter DeleteEmptyDirData { get; set; }

    /// <summary>Allow removals that evict unmanaged pods, which no controller recreates.</summary>
    [Parameter]
    public SwitchParameter DeleteUnmanagedPod { get; set; }

    private protected override void End()
    {
        RecommendationRequest request = new()
        {
            Selector = Selector,
            // Parameters have the names of the options that they override.
            Options = ConfigurationLayers
                .OptionNames.Where(IsBound)
                .ToDictionary(static name => name, name => (object?)MyInvocation.BoundParameters[name]),
            DeleteEmptyDirData = DeleteEmptyDirData,
            DeleteUnmanagedPods = DeleteUnmanagedPod,
        };
        Sessions.StartInEach(
            async (worker, session) => worker.Output(await ScaleRecommender.RecommendAsync(session, request, worker, worker.Token))
        );
    }
}
