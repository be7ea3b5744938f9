using NodeManager.NodePools.Updates;

namespace NodeManager.Commands;

[Cmdlet(VerbsCommon.Get, "NodePoolUpdate")]
[OutputType(typeof(NodePoolUpdate))]
public sealed class GetNodePoolUpdateCommand : SessionCmdlet
{
    [Parameter(Position = 0)]
    [Alias("Pool")]
    [ArgumentCompleter(typeof(NodePoolUpdateCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    /// <summary>Where the pools are; by default, both.</summary>
    [Parameter]
    [ValidateSet(NodePoolProvider.Service, NodePoolProvider.Cluster)]
    public string? Provider { get; set; }

    /// <summary>The namespace of the updates; by default, that of Update-NodePool.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Namespace { get; set; }

    private protected override void End()
    {
        Sessions.StartInEach(
            async (worker, session) =>
            {
                foreach (
                    NodePoolUpdate update in await PoolUpdates.ReadAsync(session, new(Namespace ?? "", Provider ?? ""), Name, worker.Token)
                )
                    worker.Output(update);
            }
        );
    }
}
