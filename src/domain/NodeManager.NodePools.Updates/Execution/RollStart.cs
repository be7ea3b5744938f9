using NodeManager.Runs;
using NodeManager.Runs.Claims;

namespace NodeManager.NodePools.Updates.Execution;

/// <summary>An update that was begun or taken over: its lease is held, its ConfigMap is this process's.</summary>
internal sealed record RollStart(RollBook Book, RunLease Lease, RunShard Page, ClaimWriter Claims) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        await Lease.DisposeAsync();
        Page.Dispose();
    }
}
