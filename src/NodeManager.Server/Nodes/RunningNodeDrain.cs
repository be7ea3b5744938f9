using NodeManager.Drains.Options;
using NodeManager.Server.Operations;

namespace NodeManager.Server.Nodes;

/// <summary>A drain of nodes with its waiting requests. The last one to disconnect cancels it, unless a caller detached it.</summary>
/// <param name="isFollowed">Its caller does not wait for it.</param>
internal sealed class RunningNodeDrain(IReadOnlyList<string> nodes, DrainOptions options, bool isFollowed)
{
    private readonly Lock _gate = new();
    private int _waiting = isFollowed ? 0 : 1;
    private bool _isFollowed = isFollowed;

    public TrackedOperation Operation { get; set; } = null!;

    public bool Is(IReadOnlyList<string> wanted, DrainOptions wantedOptions) =>
        wantedOptions == options && nodes.ToHashSet(StringComparer.OrdinalIgnoreCase).SetEquals(wanted);

    /// <summary>Joins another caller. False if the nodes or the options differ.</summary>
    public bool TryJoin(IReadOnlyList<string> wanted, DrainOptions wantedOptions, bool follows)
    {
        if (!Is(wanted, wantedOptions))
            return false;
        lock (_gate)
        {
            if (follows)
                _isFollowed = true;
            else
                _waiting++;
        }

        return true;
    }

    /// <exception cref="OperationCanceledException">The caller has disconnected, and the drain continues for others.</exception>
    public async Task EndAsync(CancellationToken gone)
    {
        await using CancellationTokenRegistration leaving = gone.Register(RemoveCaller);
        await Operation.Operation.Completion.WaitAsync(gone);
    }

    private void RemoveCaller()
    {
        lock (_gate)
        {
            if (--_waiting > 0 || _isFollowed)
                return;
        }

        Operation.Operation.Cancel();
    }
}
