using NodeManager.Drains.Decisions;

namespace NodeManager.Core.Tests.Drain.Rules;

public sealed class OverrideRulesTests
{
    [Theory]
    [InlineData(true, 3, 3, false, null, true)]
    [InlineData(true, 2, 3, true, null, false)] // another replacement is on its way
    [InlineData(true, 2, 3, false, null, true)] // what is missing will not come: waiting for it helps nobody
    [InlineData(true, 2, 3, true, 3, false)] // the replacement of the last one
    [InlineData(true, 2, 3, false, 3, false)] // it cannot start: the next one would be missing, too
    [InlineData(true, 3, 3, false, 3, true)]
    [InlineData(true, 2, 3, false, 2, true)] // one was missing before
    [InlineData(true, 1, 3, false, 2, false)]
    [InlineData(true, 1, 1, false, 3, true)] // scaled down since
    [InlineData(true, 0, 0, false, null, true)] // no workload to wait for
    [InlineData(false, 0, 3, true, 3, true)] // it is not ready itself
    public void A_ready_pod_is_deleted_only_when_its_workload_is_complete(
        bool isReady,
        int ready,
        int wanted,
        bool isComing,
        int? before,
        bool may
    ) => Assert.Equal(may, OverrideRules.MayDelete(isReady, ready, wanted, isComing, before));
}
