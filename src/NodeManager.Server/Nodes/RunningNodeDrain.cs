using NodeManager.Drains.Options;
using NodeManager.Server.Operations;

namespace NodeManager.Server.Nodes;

/// <summary>A drain of a node, and the requests that wait for it. The last of them that goes away cancels it, unless a caller follows it.</summary>
/// <param name="options">How it drains.</param>
/// <param name="isFollowed">Its caller does not wait for it.</param>
internal sealed class RunningNodeDrain(DrainOptions options, bool isFollowed)
{
    private readonly Lock _gate = new();
    private int _waiting = isFollowed ? 0 : 1;

    public TrackedOperation Operation { get; set; } = null!;

    /// <summary>A caller follows it, so it continues without its requests.</summary>
    public bool IsFollowed { get; private set; } = isFollowed;

    /// <summary>A further caller wants the same. False where its options differ.</summary>
    public bool TryJoin(DrainOptions wanted, bool follows)
    {
        if (wanted != options)
            return false;
        lock (_gate)
        {
            if (follows)
                IsFollowed = true;
            else
                _waiting++;
        }

        return true;
    }

    /// <summary>The end of the drain, for a request that waits for it.</summary>
    /// <param name="gone">Cancelled when the caller goes away.</param>
    /// <exception cref="OperationCanceledException">The caller has gone, and the drain continues for others.</exception>
    public async Task EndAsync(CancellationToken gone)
    {
        await using CancellationTokenRegistration leaving = gone.Register(Leave);
        await Operation.Operation.Completion.WaitAsync(gone);
    }

    private void Leave()
    {
        lock (_gate)
        {
            if (--_waiting > 0 || IsFollowed)
                return;
        }

        Operation.Operation.Cancel();
    }
}
