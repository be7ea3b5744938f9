using NodeManager.Autoscaling.Decisions;

namespace NodeManager.Core.Tests.Autoscaling;

/// <summary>What a replay of a past minute shows, and what it says is lost.</summary>
public sealed class DecisionReaderTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    // Minute, pool, target and decision.
    private static readonly NodeScaleDecision[] Log =
    [
        Entry(0, "", "autoscaler", "Lead"),
        Entry(1, "", "pod/shop/a", "Wait"),
        Entry(1, "workers", "pool", "None"),
        Entry(1, "others", "pool", "None"),
        Entry(2, "workers", "pod/shop/a", "Create"),
        Entry(2, "workers", "pool", "Create"),
        Entry(3, "workers", "claim/workers-1", "Launch"),
        Entry(5, "workers", "pod/shop/a", "End"),
        Entry(6, "workers", "pool", "None"),
        Entry(9, "", "autoscaler", "Lead"),
        Entry(10, "workers", "claim/workers-1", "End"),
    ];

    [Theory]
    [InlineData(-1, "")]
    [InlineData(1, "autoscaler Lead, pod/shop/a Wait, pool None, pool None")]
    [InlineData(2, "autoscaler Lead, pool None, pod/shop/a Create, pool Create")]
    [InlineData(4, "autoscaler Lead, pool None, pod/shop/a Create, pool Create, claim/workers-1 Launch")]
    [InlineData(5, "autoscaler Lead, pool None, pool Create, claim/workers-1 Launch")]
    [InlineData(9, "pool None, claim/workers-1 Launch, pool None, autoscaler Lead")]
    [InlineData(99, "pool None, pool None, autoscaler Lead")]
    public void Each_target_has_one_decision_until_it_ends(int minute, string held) =>
        Assert.Equal(
            held,
            string.Join(", ", DecisionReader.At(Log, Start.AddMinutes(minute)).Select(static one => $"{one.Target} {one.Decision}"))
        );

    [Theory]
    [InlineData(-1, null)]
    [InlineData(4, null)]
    [InlineData(6, 9)]
    [InlineData(8, 9)]
    [InlineData(9, null)]
    [InlineData(99, null)]
    public void A_new_leader_can_miss_the_last_decision_of_the_former_leader(int minute, int? takeover) =>
        Assert.Equal(
            takeover is { } at ? Start.AddMinutes(at) : null,
            DecisionReader.LostAfter(Log, Start.AddMinutes(minute))?.Takeover.At
        );

    [Theory]
    [InlineData(0, false)]
    [InlineData(8.9, false)]
    [InlineData(9, true)]
    [InlineData(9.9, true)]
    [InlineData(10, false)]
    public void A_change_of_leader_is_reported_for_the_minute_after_it(double minute, bool isReported) =>
        Assert.Equal(isReported ? Start.AddMinutes(9) : null, DecisionReader.LostBefore(Log, Start.AddMinutes(minute))?.At);

    private static NodeScaleDecision Entry(int minute, string pool, string target, string decision) =>
        new()
        {
            Cluster = "c",
            At = Start.AddMinutes(minute),
            Pool = pool,
            Target = target,
            Decision = decision,
            Reason = "r",
        };
}
