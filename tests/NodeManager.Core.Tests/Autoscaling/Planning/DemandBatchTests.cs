using NodeManager.Core.Autoscaling.Planning.Demand;

namespace NodeManager.Core.Tests.Autoscaling.Planning;

public sealed class DemandBatchTests
{
    [Theory]
    [InlineData(new[] { 0.0 }, 1.0)]
    [InlineData(new[] { 0.0, 0.5, 1.4 }, 2.4)]
    [InlineData(new[] { 0.0, 0.9, 1.8, 2.7, 3.6, 4.5, 5.4, 6.3, 7.2, 8.1, 9.0, 9.9 }, 10.0)]
    public void A_batch_is_due_a_second_after_its_last_change_and_ten_after_its_first(double[] changes, double due)
    {
        DemandBatch? batch = null;
        foreach (double at in changes) batch = DemandBatch.Add(batch, Plan.Now.AddSeconds(at));

        Assert.Equal(Plan.Now.AddSeconds(due), batch!.DueAt);
        Assert.False(batch.IsDue(batch.DueAt.AddTicks(-1)));
        Assert.True(batch.IsDue(batch.DueAt));
    }
}
