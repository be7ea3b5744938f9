using NodeManager.Drains.Progress;

namespace NodeManager.Core.Tests.Drain.Running;

public sealed class EvictionSlotsTests
{
    [Fact]
    public async Task The_pod_of_the_highest_rank_gets_the_next_slot()
    {
        EvictionSlots slots = new(1);
        EvictionSlot first = await slots.EnterAsync(default, default);
        Task<EvictionSlot> late = slots.EnterAsync(new(0, 2), default);
        Task<EvictionSlot> important = slots.EnterAsync(new(1000, 0), default);
        Task<EvictionSlot> soon = slots.EnterAsync(new(0, 1), default);

        first.Dispose();
        EvictionSlot second = await soon;
        Assert.False(late.IsCompleted || important.IsCompleted);
        second.Dispose();
        (await late).Dispose();
        (await important).Dispose();
    }

    [Fact]
    public async Task A_slot_released_twice_counts_once()
    {
        EvictionSlots slots = new(1);
        EvictionSlot slot = await slots.EnterAsync(default, default);
        slot.Dispose();
        slot.Dispose();

        using EvictionSlot held = await slots.EnterAsync(default, default);

        Assert.False(slots.EnterAsync(default, default).IsCompleted);
    }

    [Fact]
    public async Task A_cancelled_wait_takes_no_slot()
    {
        EvictionSlots slots = new(1);
        EvictionSlot first = await slots.EnterAsync(default, default);
        using CancellationTokenSource stop = new();
        Task<EvictionSlot> cancelled = slots.EnterAsync(default, stop.Token);
        Task<EvictionSlot> next = slots.EnterAsync(new(0, 1), default);
        await stop.CancelAsync();

        first.Dispose();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        (await next).Dispose();
    }

    [Fact]
    public void Without_a_limit_no_request_waits()
    {
        EvictionSlots slots = new(null);

        Assert.All(Enumerable.Range(0, 100), _ => Assert.True(slots.EnterAsync(default, default).IsCompleted));
    }
}
