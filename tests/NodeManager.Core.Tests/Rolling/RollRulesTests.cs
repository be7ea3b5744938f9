using NodeManager.NodePools.Updates.Decisions;

namespace NodeManager.Core.Tests.Rolling;

/// <summary>
/// What an update does next. Old machines are written as letters: P pending, D draining, E drained (empty), R removing, X removed, S skipped,
/// lower case: the node is not Ready. New ones: R Ready, N not Ready yet, F failed, L leaving.
/// </summary>
public sealed class RollRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    // A surge of one: a new node is Ready before the first one leaves, then each goes for one that came.
    [InlineData("PPP", "", 1, 0, false, "create 1")]
    [InlineData("PPP", "N", 1, 0, false, "")]
    [InlineData("PPP", "R", 1, 0, false, "cordon drain 0")]
    [InlineData("DPP", "R", 1, 0, true, "")]
    [InlineData("EPP", "R", 1, 0, true, "remove 0")]
    [InlineData("RPP", "R", 1, 0, true, "")]
    [InlineData("XPP", "R", 1, 0, true, "create 1")]
    [InlineData("XPP", "RN", 1, 0, true, "")]
    [InlineData("XPP", "RR", 1, 0, true, "cordon drain 1")]
    [InlineData("XXX", "RRR", 1, 0, true, "over")]
    // A larger one, and one that is cut by limits.
    [InlineData("PPPP", "", 3, 0, false, "create 3")]
    [InlineData("PPPP", "RRN", 3, 0, false, "")]
    [InlineData("PPPP", "RRR", 3, 0, false, "create 0 cordon drain 0 1 2")]
    [InlineData("PPP", "", 9, 0, false, "create 3")]
    // Some may be missing.
    [InlineData("PPPP", "R", 1, 1, false, "cordon drain 0 1")]
    [InlineData("PPPP", "", 1, 1, false, "create 1")]
    [InlineData("PPP", "", 0, 1, false, "drain 0")]
    [InlineData("XPP", "", 0, 1, true, "create 1")]
    [InlineData("XPP", "N", 0, 1, true, "")]
    [InlineData("XPP", "R", 0, 1, true, "drain 1")]
    // A node that is not Ready serves nobody: it leaves without a place having been made.
    [InlineData("PpP", "R", 1, 0, false, "cordon drain 1")]
    [InlineData("pP", "", 1, 0, false, "create 1")]
    // Skipped nodes keep their pods, stop nobody and come again at the end.
    [InlineData("SPP", "R", 1, 0, true, "cordon drain 1")]
    [InlineData("SXX", "RR", 1, 0, true, "create 1")]
    [InlineData("SXX", "RRN", 1, 0, true, "")]
    [InlineData("SXX", "RRR", 1, 0, true, "cordon drain 0")]
    [InlineData("SSX", "RR", 1, 0, true, "cordon drain 0")]
    [InlineData("TTX", "RR", 1, 0, true, "over")]
    [InlineData("TXX", "RRR", 1, 0, true, "over")]
    // Failed and leaving ones take their place until they are gone.
    [InlineData("PPP", "F", 1, 0, false, "")]
    [InlineData("PPP", "RF", 2, 0, false, "cordon drain 0")]
    [InlineData("XXX", "RRL", 1, 0, true, "create 1")]
    [InlineData("XXR", "RRR", 1, 0, true, "")]
    public void The_next_step_follows_from_the_state_of_the_nodes(
        string old,
        string fresh,
        int surge,
        int unavailable,
        bool hasBegun,
        string step
    ) => Assert.Equal(Normal(step), Describe(RollRules.Next(View(old, fresh, surge, unavailable) with { HasBegun = hasBegun })));

    [Theory]
    [InlineData("PPP", "", false, "create 3")]
    [InlineData("PPP", "RR", false, "create 1")]
    [InlineData("PPP", "RRN", false, "")]
    [InlineData("PPP", "RRR", false, "cordon drain 0 1 2")]
    [InlineData("EDD", "RRR", true, "")]
    [InlineData("ESE", "RRR", true, "cordon drain 1")]
    [InlineData("EEE", "RRR", true, "remove 0 1 2")]
    [InlineData("ETE", "RRR", true, "remove 0 2")]
    [InlineData("XXX", "RRR", true, "over")]
    public void Blue_green_drains_when_all_new_nodes_are_ready_and_removes_at_the_end(
        string old,
        string fresh,
        bool hasBegun,
        string step
    ) =>
        Assert.Equal(
            Normal(step),
            Describe(RollRules.Next(View(old, fresh, 0, 0) with { HasBegun = hasBegun, IsBlueGreen = true, DrainedAt = Now }))
        );

    [Fact]
    public void A_paused_update_makes_no_change() =>
        Assert.Equal("", Describe(RollRules.Next(View("EPS", "R", 1, 0) with { IsPaused = true, HasBegun = true })));

    [Fact]
    public void New_nodes_count_after_the_soak_time()
    {
        RollView view = View("PP", "R", 1, 0) with { Soak = TimeSpan.FromMinutes(5) };
        RollStep early = RollRules.Next(view with { New = [new("n0", Now - TimeSpan.FromMinutes(3))] });
        Assert.Equal(("", Now + TimeSpan.FromMinutes(2)), (Describe(early), early.Until));
        Assert.Equal("cordon drain 0", Describe(RollRules.Next(view with { New = [new("n0", Now - TimeSpan.FromMinutes(5))] })));
    }

    [Fact]
    public void Drained_nodes_are_kept_for_the_specified_time()
    {
        RollView view = View("EE", "RR", 0, 0) with
        {
            HasBegun = true,
            IsBlueGreen = true,
            KeepOld = TimeSpan.FromMinutes(10),
            DrainedAt = Now - TimeSpan.FromMinutes(4),
        };
        Assert.Equal(Now + TimeSpan.FromMinutes(6), RollRules.Next(view).Until);
        Assert.Equal("remove 0 1", Describe(RollRules.Next(view with { DrainedAt = Now - TimeSpan.FromMinutes(10) })));
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "create 1")]
    public void The_limits_of_the_pool_hold(int room, string step) =>
        Assert.Equal(step, Describe(RollRules.Next(View("PPP", "", 3, 0) with { Room = room })));

    [Fact]
    public void A_node_that_is_in_use_is_passed_over_and_checked_later()
    {
        RollView view = View("PPP", "RRR", 0, 3) with { HasBegun = true };
        view = view with { Old = [.. view.Old.Select(static one => one with { IsBusy = one.Claim == "1" })] };

        RollStep step = RollRules.Next(view);
        Assert.Equal(("0 2", false), (string.Join(' ', step.Drain), step.IsOver));

        view = view with
        {
            Old = [.. view.Old.Select(static one => one.IsBusy ? one : one with { Status = NodePoolUpdateNodeStatus.Removed })],
        };
        step = RollRules.Next(view);
        Assert.Equal(
            (0, false, "1 in use by another operation", Now + OldMachine.BusyRecheck),
            (step.Drain.Count, step.IsOver, step.WaitsFor, step.Until)
        );

        // A drain that has failed is tried again only when the node is free.
        view = view with
        {
            Old =
            [
                .. view.Old.Select(static one => one.IsBusy ? one with { Status = NodePoolUpdateNodeStatus.Skipped, Attempts = 1 } : one),
            ],
        };
        Assert.Equal((0, false), (RollRules.Next(view).Drain.Count, RollRules.Next(view).IsOver));
        view = view with { Old = [.. view.Old.Select(static one => one with { IsBusy = false })] };
        Assert.Equal("1", string.Join(' ', RollRules.Next(view).Drain));
    }

    /// <summary>Whatever the sizes and the order in which things end, enough nodes serve, machines stay within the surge, and it ends.</summary>
    [Fact]
    public void Random_updates_keep_minimum_and_surge()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            Random random = new(seed);
            int desired = random.Next(1, 12),
                surge = random.Next(0, 5),
                unavailable = random.Next(surge == 0 ? 1 : 0, 3);
            bool isBlueGreen = random.Next(4) == 0;
            HashSet<int> stubborn = [.. Enumerable.Range(0, desired).Where(_ => random.Next(8) == 0)];
            int most = desired + (isBlueGreen ? desired : surge),
                least = desired - Math.Min(desired, unavailable);
            List<OldMachine> old =
            [
                .. Enumerable.Range(0, desired).Select(static i => new OldMachine($"{i}", NodePoolUpdateNodeStatus.Pending, true, true)),
            ];
            List<NewMachine> fresh = [];
            bool hasBegun = false,
                isOver = false;
            for (int turn = 0; turn < 1000 && !isOver; turn++)
            {
                RollStep step = RollRules.Next(
                    new()
                    {
                        Now = Now,
                        Desired = desired,
                        Limit = new(surge, Math.Min(desired, unavailable)),
                        Old = old,
                        New = fresh,
                        HasBegun = hasBegun,
                        IsBlueGreen = isBlueGreen,
                        DrainedAt = Now,
                    }
                );
                isOver = step.IsOver;
                if (step.Drain.Count > 0)
                {
                    if (surge > 0 && !hasBegun)
                        Assert.True(
                            fresh.Any(static one => one.ReadySince is not null)
                                && fresh.TrueForAll(static one => one.ReadySince is not null),
                            $"seed {seed}: evicted before a new node was Ready"
                        );
                    hasBegun = true;
                }

                for (int i = 0; i < step.Create; i++)
                    fresh.Add(new($"n{fresh.Count}", null));
                foreach (string uid in step.Drain)
                    Change(uid, one => one with { Status = NodePoolUpdateNodeStatus.Draining, Attempts = one.Attempts + 1 });
                foreach (string uid in step.Remove)
                    Change(uid, static one => one with { Status = NodePoolUpdateNodeStatus.Removing });
                int machines = old.Count(static one => one.Exists) + fresh.Count,
                    serving = old.Count(static one => one.Serves) + fresh.Count(static one => one.ReadySince is not null);
                Assert.True(machines <= most, $"seed {seed}: {machines} machines, at most {most}");
                Assert.True(serving >= least, $"seed {seed}: {serving} nodes serve, at least {least}");
                // One thing that continues comes to its end.
                List<Action> ends =
                [
                    .. old.Where(static one => one.Status == NodePoolUpdateNodeStatus.Draining)
                        .Select(one =>
                            (Action)(
                                () =>
                                    Change(
                                        one.Claim,
                                        static now => now with { Status = NodePoolUpdateNodeStatus.Drained },
                                        stubborn.Contains(int.Parse(one.Claim, System.Globalization.CultureInfo.InvariantCulture))
                                    )
                            )
                        ),
                    .. old.Where(static one => one.Status == NodePoolUpdateNodeStatus.Removing)
                        .Select(one =>
                            (Action)(() => Change(one.Claim, static now => now with { Status = NodePoolUpdateNodeStatus.Removed }))
                        ),
                    .. fresh
                        .Where(static one => one.ReadySince is null)
                        .Select(one => (Action)(() => fresh[fresh.IndexOf(one)] = one with { ReadySince = Now })),
                ];
                if (ends.Count > 0)
                    ends[random.Next(ends.Count)]();

                void Change(string uid, Func<OldMachine, OldMachine> change, bool isStubborn = false)
                {
                    int at = old.FindIndex(one => one.Claim == uid);
                    old[at] = isStubborn ? old[at] with { Status = NodePoolUpdateNodeStatus.Skipped } : change(old[at]);
                }
            }

            Assert.True(isOver, $"seed {seed}: it does not end");
            Assert.All(
                old,
                one =>
                    Assert.True(
                        one.Status == NodePoolUpdateNodeStatus.Removed
                            || (
                                one.Status == NodePoolUpdateNodeStatus.Skipped
                                && stubborn.Contains(int.Parse(one.Claim, System.Globalization.CultureInfo.InvariantCulture))
                            ),
                        $"seed {seed}: {one}"
                    )
            );
        }
    }

    private static RollView View(string old, string fresh, int surge, int unavailable) =>
        new()
        {
            Now = Now,
            Desired = old.Length,
            Limit = new(surge, unavailable),
            Old =
            [
                .. old.Select(
                    static (letter, i) =>
                        new OldMachine(
                            $"{i}",
                            StatusOf(letter),
                            true,
                            !char.IsLower(letter),
                            letter == 'T' ? RollRules.MaximumAttempts
                                : letter == 'S' ? 1
                                : 0
                        )
                ),
            ],
            New =
            [
                .. fresh.Select(
                    static (letter, i) =>
                        new NewMachine($"n{i}", letter == 'R' ? Now - TimeSpan.FromMinutes(1) : null, letter == 'F', letter == 'L')
                ),
            ],
        };

    private static string StatusOf(char letter) =>
        char.ToUpperInvariant(letter) switch
        {
            'P' => NodePoolUpdateNodeStatus.Pending,
            'D' => NodePoolUpdateNodeStatus.Draining,
            'E' => NodePoolUpdateNodeStatus.Drained,
            'R' => NodePoolUpdateNodeStatus.Removing,
            'X' => NodePoolUpdateNodeStatus.Removed,
            _ => NodePoolUpdateNodeStatus.Skipped,
        };

    private static string Describe(RollStep step) =>
        string.Join(
            ' ',
            (
                (string[])
                    [
                        step.Create > 0 ? $"create {step.Create}" : "",
                        step.Cordon ? "cordon" : "",
                        step.Drain.Count > 0 ? $"drain {string.Join(' ', step.Drain)}" : "",
                        step.Remove.Count > 0 ? $"remove {string.Join(' ', step.Remove)}" : "",
                        step.IsOver ? "over" : "",
                    ]
            ).Where(static text => text.Length > 0)
        );

    private static string Normal(string step) => step.Replace("create 0 ", "", StringComparison.Ordinal);
}
