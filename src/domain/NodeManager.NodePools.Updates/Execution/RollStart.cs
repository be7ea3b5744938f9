using NodeManager.Runs;
using NodeManager.Runs.Claims;

namespace NodeManager.NodePools.Updates.Execution;

/// <summary>A started or resumed update: this process holds its Lease and its ConfigMap.</summary>
internal sealed record RollStart(RollProgressLog ProgressLog, RunLease Lease, RunShard Page, ClaimWriter Claims) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        await Lease.DisposeAsync();
        Page.Dispose();
    }
}
