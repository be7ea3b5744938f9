using System.Text.Json.Nodes;
using NodeManager.NodePools.Documents;
using NodeManager.NodePools.Updates.Decisions;
using NodeManager.NodePools.Updates.Options;
using NodeManager.NodePools.Updates.PoolServices;
using NodeManager.NodePools.Updates.Records;

namespace NodeManager.Core.Tests.Rolling;

/// <summary>
/// What an update by a second pool does next. Nodes that leave are letters: P pending, D draining, E drained (empty), R removing, X gone, S skipped,
/// T skipped as often as it is tried. Nodes of the second pool: R Ready, Y Ready since a moment, N not Ready.
/// </summary>
public sealed class SecondPoolRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    // Forward: the pool, its nodes, their soak, then all old ones together, then the old pool.
    [InlineData("PP", "", "", "create")]
    [InlineData("PP", "", "second", "wait")]
    [InlineData("PP", "RN", "second ready", "wait")]
    [InlineData("PP", "RR", "second", "wait")]
    [InlineData("PP", "RY", "second ready", "wait until 60")]
    [InlineData("PP", "RRY", "second ready", "drain 0 1")]
    [InlineData("PP", "RR", "second ready", "drain 0 1")]
    [InlineData("DP", "NN", "second begun", "drain 1")]
    [InlineData("DE", "RR", "second ready begun", "wait")]
    [InlineData("EE", "RR", "second ready begun", "delete")]
    [InlineData("EE", "RR", "second ready begun kept", "wait until 600")]
    [InlineData("RR", "RR", "second ready begun removing", "delete")]
    [InlineData("RX", "RR", "second ready begun removing gone", "wait")]
    [InlineData("XX", "RR", "second ready begun removing gone", "over")]
    [InlineData("XX", "RR", "second ready begun", "delete")]
    [InlineData("", "", "second ready begun", "delete")]
    // One that cannot be drained comes again at the end; its pool stays.
    [InlineData("SD", "RR", "second ready begun", "wait")]
    [InlineData("SE", "RR", "second ready begun", "drain 0")]
    [InlineData("TE", "RR", "second ready begun", "over")]
    // A node that came meanwhile leaves, too.
    [InlineData("EEP", "RR", "second ready begun", "drain 2")]
    // Back: the second pool's nodes leave, and are not kept.
    [InlineData("PP", "", "second back", "drain 0 1")]
    [InlineData("EE", "", "second back kept", "delete")]
    [InlineData("XX", "", "second back removing gone", "over")]
    // It was never created.
    [InlineData("", "", "back", "delete")]
    [InlineData("", "", "back removing gone", "over")]
    [InlineData("PP", "RR", "second ready paused", "wait")]
    public void The_next_step_follows_from_the_state_of_both_pools(string old, string fresh, string state, string step) =>
        Assert.Equal(step, Describe(SecondPoolRules.Next(View(old, fresh, state))));

    [Theory]
    [InlineData("workers", "workers-2")]
    [InlineData("workers-2", "workers-3")]
    [InlineData("workers-9", "workers-10")]
    [InlineData("gpu-a100", "gpu-a100-2")]
    [InlineData("a-20260301", "a-20260301-2")]
    [InlineData(
        "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff-gg",
        "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff-2"
    )]
    public void The_name_of_the_second_pool_follows_from_the_first(string pool, string second) =>
        Assert.Equal(second, SecondPoolDraft.NameAfter(pool));

    [Theory]
    [InlineData("""{"nodeCount":3}""", "{}", 3, 3)]
    [InlineData("""{"nodeCount":3}""", """{"nodeCount":5}""", 3, 5)]
    // A service's autoscaler would begin with the fewest.
    [InlineData("""{"autoscaling":{"enabled":true,"minNodes":2,"maxNodes":9}}""", "{}", 7, 7)]
    [InlineData("""{"autoscaling":{"enabled":true,"minNodes":2,"maxNodes":5}}""", "{}", 7, 5)]
    [InlineData("""{"autoscaling":{"enabled":false},"nodeCount":2}""", "{}", 7, 2)]
    public void The_second_pool_has_the_same_number_of_nodes(string spec, string patch, int nodes, int count) =>
        Assert.Equal(
            count,
            (int)
                SecondPoolDraft
                    .Of(
                        new()
                        {
                            Id = "1",
                            Name = "a",
                            Spec = Json(spec),
                        },
                        "b",
                        Json(patch),
                        nodes
                    )
                    .Spec["nodeCount"]!
        );

    [Theory]
    [InlineData("""{"a":1,"b":{"c":[1],"d":"x"}}""", """{"a":2,"b":{"c":[2],"d":null,"e":5}}""")]
    [InlineData("""{"a":1}""", """{"b":{"c":1}}""")]
    [InlineData("""{"a":{"b":1}}""", """{"a":null}""")]
    public void The_stored_patch_reverts_the_update(string before, string patch)
    {
        JsonObject after = PoolMerge.Apply(Json(before), Json(patch));
        Assert.Equal(Json(before).ToJsonString(), PoolMerge.Apply(after, PoolMerge.Between(after, Json(before))).ToJsonString());
    }

    [Theory]
    [InlineData(null, false, null)]
    [InlineData(PoolUpdateStrategy.Follow, false, null)]
    [InlineData(PoolUpdateStrategy.BlueGreen, false, null)]
    [InlineData(PoolUpdateStrategy.Surge, false, "single nodes")]
    [InlineData(null, true, "selects the nodes itself")]
    [InlineData(PoolUpdateStrategy.BlueGreen, true, "selects the nodes itself")]
    public void A_surge_is_refused_with_the_reason(PoolUpdateStrategy? strategy, bool hasLimits, string? reason)
    {
        NodeManagerException? refused = ServiceRollLimits.Refuse("a", strategy, hasLimits);
        Assert.Equal(reason is null, refused is null);
        if (refused is not null)
            Assert.True(
                refused.ErrorId == ErrorIds.PoolUpdateUnsupported && refused.Message.Contains(reason!, StringComparison.Ordinal),
                refused.Message
            );
    }

    [Theory]
    [InlineData(true, "pause", ErrorIds.PoolUpdateUnsupported)]
    [InlineData(true, "drain", ErrorIds.PoolUpdateUnsupported)]
    [InlineData(true, "surge", ErrorIds.PoolUpdateUnsupported)]
    [InlineData(true, "back", null)]
    [InlineData(true, "back unknown", ErrorIds.PoolUpdateInvalid)]
    [InlineData(true, "stop", null)]
    [InlineData(false, "pause", null)]
    [InlineData(false, "drain", null)]
    [InlineData(false, "surge", ErrorIds.PoolUpdateUnsupported)]
    [InlineData(false, "back", null)]
    [InlineData(false, "back removing", ErrorIds.PoolUpdateInvalid)]
    public void The_controller_of_the_roll_decides_which_options_can_change(bool follows, string change, string? errorId)
    {
        RollRecord record = new()
        {
            Id = "1",
            Pool = "a",
            PoolUid = "u",
            By = "me",
            IsService = true,
            SecondPool = follows ? "" : "a-2",
            From = change.Contains("unknown", StringComparison.Ordinal) ? null : "{}",
        };
        PoolUpdateChange wanted = change.Split(' ')[0] switch
        {
            "pause" => new() { Pause = true },
            "drain" => new() { DrainTimeout = TimeSpan.Zero },
            "surge" => new() { MaxSurge = "2" },
            "back" => new() { Rollback = true },
            _ => new() { Stop = true },
        };
        Assert.Equal(
            errorId,
            ServiceRollLimits.Refuse(record, new() { IsRemoving = change.Contains("removing", StringComparison.Ordinal) }, wanted)?.ErrorId
        );
    }

    [Fact]
    public void A_node_that_is_in_use_is_passed_over_and_keeps_the_pool()
    {
        SecondPoolView view = View("PP", "RR", "second ready begun");
        view = view with { Old = [.. view.Old.Select(static one => one with { IsBusy = one.Claim == "1" })] };
        Assert.Equal(["0"], SecondPoolRules.Next(view).Drain);

        view = view with
        {
            Old = [.. view.Old.Select(static one => one.IsBusy ? one : one with { Status = NodePoolUpdateNodeStatus.Drained })],
        };
        SecondPoolStep step = SecondPoolRules.Next(view);
        Assert.Equal(
            (false, false, "1 node in use by another operation", Now + OldMachine.BusyRecheck),
            (step.Acts, step.IsOver, step.WaitsFor, step.Until)
        );
    }

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();

    private static SecondPoolView View(string old, string fresh, string state)
    {
        HashSet<string> has = [.. state.Split(' ')];
        return new()
        {
            Now = Now,
            HasSecond = has.Contains("second"),
            IsSecondReady = has.Contains("ready"),
            DesiredNodes = 2,
            New =
            [
                .. fresh.Select(static one =>
                    (DateTimeOffset?)(
                        one switch
                        {
                            'R' => Now.AddHours(-1),
                            'Y' => Now,
                            _ => null,
                        }
                    )
                ),
            ],
            Old =
            [
                .. old.Select(
                    static (one, index) => new OldMachine($"{index}", StatusOf(one), true, true, one == 'T' ? RollRules.MaximumAttempts : 1)
                ),
            ],
            IsPaused = has.Contains("paused"),
            IsBack = has.Contains("back"),
            HasBegun = has.Contains("begun"),
            IsRemoving = has.Contains("removing"),
            IsGone = has.Contains("gone"),
            Soak = TimeSpan.FromMinutes(1),
            KeepOld = has.Contains("kept") ? TimeSpan.FromMinutes(10) : TimeSpan.Zero,
            DrainedAt = Now,
        };
    }

    private static string StatusOf(char one) =>
        one switch
        {
            'P' => NodePoolUpdateNodeStatus.Pending,
            'D' => NodePoolUpdateNodeStatus.Draining,
            'E' => NodePoolUpdateNodeStatus.Drained,
            'R' => NodePoolUpdateNodeStatus.Removing,
            'X' => NodePoolUpdateNodeStatus.Removed,
            _ => NodePoolUpdateNodeStatus.Skipped,
        };

    private static string Describe(SecondPoolStep step) =>
        step switch
        {
            { IsOver: true } => "over",
            { Create: true } => "create",
            { Delete: true } => "delete",
            { Drain.Count: > 0 } => "drain " + string.Join(' ', step.Drain),
            { Until: { } until } => $"wait until {(until - Now).TotalSeconds}",
            _ => step.WaitsFor.Length > 0 ? "wait" : "nothing",
        };
}
