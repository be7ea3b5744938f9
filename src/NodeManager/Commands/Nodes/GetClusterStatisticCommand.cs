using System.Management.Automation;
using NodeManager.Commands.Bases;
using NodeManager.Completion;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Parameters;

namespace NodeManager.Commands;

/// <summary>Totals of a cluster: nodes, pods, and each resource with what is requested and used of it.</summary>
[Cmdlet(VerbsCommon.Get, "ClusterStatistic")]
[OutputType(typeof(ClusterStatistic))]
public sealed class GetClusterStatisticCommand : SessionCmdlet
{
    /// <summary><c>Zone</c>, <c>Region</c>, <c>Role</c>, <c>InstanceType</c>, or a label's key; without it, the whole cluster.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(GroupByCompleter))]
    [ValidateNotNullOrEmpty]
    public string? GroupBy { get; set; }

    /// <summary>Only nodes with these labels, as kubectl's <c>-l</c>.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(LabelSelectorCompleter))]
    [ValidateNotNullOrEmpty]
    [LabelSelector]
    public string? Selector { get; set; }

    private protected override void End()
    {
        foreach (NodeManagerSession session in Sessions)
        {
            Sessions.StartIn(
                session,
                session,
                async worker =>
                {
                    foreach (
                        ClusterStatistic row in await ClusterStatisticReader.ReadAsync(session, GroupBy, Selector, worker, worker.Token)
                    )
                        worker.Output(row);
                }
            );
        }
    }
}
