using NodeManager.Core.Maintenance.Claims;
using NodeManager.Core.Maintenance.State;

namespace NodeManager.Core.Rolling.Running;

/// <summary>An update that was begun or taken over: its lease is held, its ConfigMap is this process's.</summary>
internal sealed record RollStart(RollBook Book, RunLease Lease, RunShard Page, ClaimWriter Claims) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        await Lease.DisposeAsync();
        Page.Dispose();
    }
}
