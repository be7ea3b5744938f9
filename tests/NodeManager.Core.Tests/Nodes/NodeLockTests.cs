using NodeManager.Core.Nodes;

namespace NodeManager.Core.Tests.Nodes;

public sealed class NodeLockTests
{
    private readonly NodeLock _held = new()
    {
        Kind = NodeLockKind.Drain,
        Holder = "ann@desk/1",
        Operation = "drain-1",
        Renewals = 3,
    };

    [Fact]
    public void A_lock_is_cancelled_once_by_the_first_who_asks()
    {
        NodeLock? cancelled = _held.Cancel("bob@laptop");

        Assert.Equal("bob@laptop", cancelled?.CancelledBy);
        Assert.True(_held.IsSameHold(cancelled));
        Assert.Equal(_held, cancelled! with { CancelledBy = null });
        Assert.Null(cancelled.Cancel("eve@phone"));
    }
}
