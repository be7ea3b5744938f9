using NodeManager.Core.Operations;
using NodeManager.NodePools.Updates;
using NodeManager.NodePools.Updates.Options;

namespace NodeManager.Jobs;

/// <summary>Updates of pools as a job. A stopped update can be continued.</summary>
internal sealed class NodePoolUpdateJob(string command, IReadOnlyList<(NodeManagerSession Session, PoolUpdateRequest Request)> requests)
    : OperationJob(command, PoolUpdateOperations.Kind, requests.Select(static one => one.Session).Distinct())
{
    public override string StatusMessage => string.Join(", ", requests.Select(static one => one.Request.Pool));

    protected override RunningOperation StartOperation() => PoolUpdateOperations.Start(requests);
}
