using NodeManager.Maintenance.Batches;

namespace NodeManager.Core.Tests.Maintenance;

public sealed class BatchRulesTests
{
    [Theory]
    [InlineData("1", 10, 1)]
    [InlineData("3", 10, 3)]
    [InlineData("10%", 10, 1)]
    [InlineData("10%", 9, 1)]
    [InlineData("10%", 29, 2)]
    [InlineData("33 %", 10, 3)]
    [InlineData("100%", 7, 7)]
    public void Percentages_are_rounded_down_to_at_least_one(string text, int nodes, int limit) =>
        Assert.Equal(limit, UnavailabilityLimit.Parse(text).Of(nodes));

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("0%")]
    [InlineData("101%")]
    [InlineData("1.5")]
    [InlineData("some")]
    public void An_invalid_limit_is_refused(string text) =>
        Assert.Equal(ErrorIds.InvalidMaxUnavailable, Assert.Throws<NodeManagerException>(() => UnavailabilityLimit.Parse(text)).ErrorId);

    // A node: its name; a zone after a colon; * not pending; ! not Ready; # cordoned; @ control plane.
    [Theory]
    [InlineData("a b c", 2, "a b")]
    [InlineData("*a b c d", 2, "b c")]
    [InlineData("*a# b c", 2, "b")]
    [InlineData("*a# b c", 1, "")]
    [InlineData("*a! b c", 1, "")]
    [InlineData("a b# c", 2, "b a")]
    [InlineData("a b# c# d", 2, "b c")]
    [InlineData("a b# c# d#", 2, "b c")]
    [InlineData("a b! c", 2, "a")]
    [InlineData("a b! c", 1, "b")]
    [InlineData("a:1 b:2 c:1 d:2", 3, "a c")]
    [InlineData("a:1 b:2# c:1 d:2", 3, "b d")]
    [InlineData("@a b @c", 3, "b")]
    [InlineData("@a *b @c", 3, "a")]
    [InlineData("@a *b# @c", 1, "")]
    [InlineData("*a *b", 2, "")]
    public void The_next_batch_follows_the_table(string nodes, int limit, string batch)
    {
        BatchChoice choice = BatchRules.Next(Read(nodes), limit, []);

        Assert.Equal(batch, string.Join(' ', choice.Nodes.Select(n => n.Name)));
        Assert.Equal(choice.Nodes.Count > 0 || !Read(nodes).Any(n => n.IsPending), choice.WaitsFor.Length == 0);
    }

    [Fact]
    public void Control_plane_nodes_are_updated_one_at_a_time()
    {
        BatchChoice waiting = BatchRules.Next(Read("@a @b"), 2, ["elsewhere"]);
        BatchChoice itself = BatchRules.Next(Read("@a! @b"), 2, ["a"]);

        Assert.Empty(waiting.Nodes);
        Assert.Contains("elsewhere", waiting.WaitsFor, StringComparison.Ordinal);
        Assert.Equal("a", Assert.Single(itself.Nodes).Name);
    }

    [Fact]
    public void Interrupted_batches_come_first_and_control_plane_nodes_one_at_a_time()
    {
        MaintenanceCandidate[] fleet =
        [
            .. Read("a:1# b:1# c:2# @d# @e# f")
                .Select(static c =>
                    c.Name == "f" ? c : c with { IsPending = false, InterruptedBatch = c.Name == "b" ? 1 : c.Name[0] - 'a' + 1 }
                ),
        ];
        List<string> batches = [];
        for (int i = 0; i < 4; i++)
        {
            BatchChoice choice = BatchRules.Next(fleet, 5, []);
            batches.Add(string.Join(' ', choice.Nodes.Select(static n => n.Name)));
            fleet = [.. fleet.Select(c => choice.Nodes.Contains(c) ? c with { InterruptedBatch = 0, IsCordoned = false } : c)];
        }

        Assert.Equal(["a b", "c", "d", "e"], batches);
        Assert.Equal("f", Assert.Single(BatchRules.Next(fleet, 5, []).Nodes).Name);
    }

    [Fact]
    public void An_interrupted_control_plane_node_waits_for_the_others()
    {
        MaintenanceCandidate[] fleet = [.. Read("@a# @b!").Select(static c => c with { IsPending = false, InterruptedBatch = 1 })];

        Assert.Equal("b", Assert.Single(BatchRules.Next(fleet, 5, ["b"]).Nodes).Name);
        fleet[1] = fleet[1] with { InterruptedBatch = 0 };
        BatchChoice waiting = BatchRules.Next(fleet, 5, ["b"]);
        Assert.Empty(waiting.Nodes);
        Assert.Equal("control-plane node b to be Ready", waiting.WaitsFor);
    }

    [Theory]
    [InlineData("a b c d e", 2, "a b|c d|e")]
    [InlineData("a:1 b:2 c:1 d:2 e:1", 2, "a c|b d|e")]
    [InlineData("@x a b# @y", 2, "b a|x|y")]
    [InlineData("a b! c", 1, "b|a|c")]
    public void All_batches_follow_the_table(string nodes, int limit, string batches)
    {
        Assert.Equal(batches, string.Join('|', BatchRules.All(Read(nodes), limit).Select(b => string.Join(' ', b.Select(n => n.Name)))));
        Assert.InRange(BatchRules.Count(Read(nodes), limit), 1, batches.Split('|').Length);
    }

    [Fact]
    public void No_batch_of_a_random_fleet_exceeds_the_limit()
    {
        Random random = new(4711);
        for (int round = 0; round < 2000; round++)
        {
            int limit = random.Next(1, 6);
            List<MaintenanceCandidate> fleet =
            [
                .. Enumerable
                    .Range(0, random.Next(1, 25))
                    .Select(i => new MaintenanceCandidate(
                        $"{i}",
                        $"n{i}",
                        $"{random.Next(3)}",
                        random.Next(8) == 0,
                        random.Next(4) > 0,
                        random.Next(8) > 0,
                        random.Next(8) == 0
                    )),
            ];

            BatchChoice choice = BatchRules.Next(fleet, limit, []);

            int before = fleet.Count(c => !c.IsAvailable),
                added = choice.Nodes.Count(c => c.IsAvailable);
            Assert.True(added == 0 || before + added <= limit, $"round {round}: {before} were out, {added} more of {limit}");
            Assert.True(choice.Nodes.Count <= limit);
            Assert.True(choice.Nodes.Select(c => c.Group).Distinct().Count() <= 1);
            Assert.True(choice.Nodes.Count <= 1 || !choice.Nodes.Any(c => c.IsControlPlane));
            Assert.All(choice.Nodes, c => Assert.True(c.IsPending));
        }
    }

    private static List<MaintenanceCandidate> Read(string nodes) =>
        [
            .. nodes
                .Split(' ')
                .Select(text =>
                {
                    string[] parts = text.TrimStart('*', '@').TrimEnd('!', '#').Split(':');
                    string zone = parts.Length > 1 ? parts[1].TrimEnd('!', '#') : "";
                    return new MaintenanceCandidate(
                        parts[0],
                        parts[0],
                        zone,
                        text.Contains('@'),
                        !text.Contains('*'),
                        !text.Contains('!'),
                        text.Contains('#')
                    );
                }),
        ];
}
