using NodeManager.Core.Nodes.Reading;

namespace NodeManager.Commands;

/// <summary>Summarizes a cluster: nodes, pods, and each resource with requests and usage.</summary>
[Cmdlet(VerbsCommon.Get, "ClusterStatistic")]
[OutputType(typeof(ClusterStatistic))]
public sealed class GetClusterStatisticCommand : SessionCmdlet
{
    /// <summary><c>Zone</c>, <c>Region</c>, <c>Role</c>, <c>InstanceType</c>, or a label key; by default, the whole cluster.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(GroupByCompleter))]
    [ValidateNotNullOrEmpty]
    public string? GroupBy { get; set; }

    [Parameter]
    [ArgumentCompleter(typeof(LabelSelectorCompleter))]
    [ValidateNotNullOrEmpty]
    [LabelSelector]
    public string? Selector { get; set; }

    private protected override void End()
    {
        Sessions.StartInEach(
            async (worker, session) =>
            {
                foreach (ClusterStatistic row in await ClusterStatisticReader.ReadAsync(session, GroupBy, Selector, worker, worker.Token))
                    worker.Output(row);
            }
        );
    }
}
