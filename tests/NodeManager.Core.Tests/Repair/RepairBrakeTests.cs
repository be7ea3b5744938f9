using NodeManager.Monitoring.Repair.Decisions;

namespace NodeManager.Core.Tests.Repair;

public class RepairBrakeTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly RepairBrake Brake = new(HealthyMinimum.Default, TimeSpan.FromMinutes(10), 100);

    [Theory]
    [InlineData("51%", 3, 2)]
    [InlineData("51%", 2, 2)]
    [InlineData("51%", 100, 51)]
    [InlineData("51%", 101, 52)]
    [InlineData("80%", 1000, 800)]
    [InlineData("0%", 7, 0)]
    [InlineData("100%", 7, 7)]
    [InlineData("3", 7, 3)]
    public void A_minimum_percentage_is_rounded_up(string text, int nodes, int expected)
    {
        HealthyMinimum minimum = HealthyMinimum.Parse(text)!;

        Assert.Equal((expected, text), (minimum.Of(nodes), minimum.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("%")]
    [InlineData("101%")]
    [InlineData("-1")]
    [InlineData("half")]
    [InlineData("1.5")]
    public void An_invalid_minimum_is_not_parsed(string text) => Assert.Null(HealthyMinimum.Parse(text));

    // Each letter is a node: healthy, broken, in maintenance (healthy or broken: m), in repair.
    [Theory]
    [InlineData("hhhb", "51%", 9, "3")]
    [InlineData("hbb", "51%", 9, "held")]
    [InlineData("hhb", "51%", 9, "2")]
    [InlineData("hhmb", "51%", 9, "held")]
    [InlineData("hhrb", "50%", 9, "3")]
    [InlineData("hhrb", "51%", 9, "held")]
    [InlineData("hhhhhbbb", "50%", 2, "5,6")]
    [InlineData("hhhhhrbb", "50%", 2, "6")]
    [InlineData("hhhhhrrb", "50%", 2, "")]
    [InlineData("hhhm", "51%", 9, "")]
    [InlineData("b", "0", 1, "0")]
    [InlineData("", "51%", 1, "")]
    public void Repairs_start_as_in_the_table(string nodes, string minimum, int perPool, string expected)
    {
        BrakeDecision decision = new RepairBrake(HealthyMinimum.Parse(minimum)!, TimeSpan.FromMinutes(10), perPool).Judge(
            null,
            Fleet(nodes),
            Start
        );

        Assert.Equal(expected, decision.State == BrakeState.Held ? "held" : string.Join(',', decision.MayStart));
    }

    [Fact]
    public void Three_hundred_failed_nodes_of_a_thousand_start_no_repair()
    {
        BrakeDecision decision = new RepairBrake(HealthyMinimum.Percent(80), TimeSpan.FromMinutes(10), 1000).Judge(
            null,
            Fleet(new string('h', 700) + new string('b', 300)),
            Start
        );

        Assert.Equal(
            (BrakeState.Held, 0, "700 of 1,000 nodes are healthy, 800 are required."),
            (decision.State, decision.MayStart.Count, decision.Reason)
        );
    }

    [Fact]
    public void No_repair_starts_between_a_storm_and_the_end_of_the_cool_down()
    {
        BrakeDecision held = Brake.Judge(null, Fleet("hbbb"), Start);
        BrakeDecision first = Brake.Judge(held, Fleet("hhhb"), Start.AddMinutes(1));
        BrakeDecision later = Brake.Judge(first, Fleet("hhhb"), Start.AddMinutes(10));
        BrakeDecision again = Brake.Judge(later, Fleet("hbbb"), Start.AddMinutes(10.5));
        BrakeDecision restarted = Brake.Judge(again, Fleet("hhhb"), Start.AddMinutes(11));
        BrakeDecision released = Brake.Judge(restarted, Fleet("hhhb"), Start.AddMinutes(21));

        Assert.Equal(
            [BrakeState.Held, BrakeState.CoolingDown, BrakeState.CoolingDown, BrakeState.Held, BrakeState.CoolingDown, BrakeState.Released],
            ((BrakeDecision[])[held, first, later, again, restarted, released]).Select(static one => one.State)
        );
        Assert.Equal((Start.AddMinutes(11), Start.AddMinutes(21)), (later.Until, restarted.Until));
        Assert.Equal(["3"], released.MayStart);
    }

    [Fact]
    public void No_repair_starts_without_observations()
    {
        BrakeDecision blind = Brake.Judge(null, null, Start);
        BrakeDecision seeing = Brake.Judge(blind, Fleet("hhhb"), Start.AddMinutes(1));

        Assert.Equal((BrakeState.Blind, 0), (blind.State, blind.MayStart.Count));
        Assert.Equal((BrakeState.CoolingDown, 0), (seeing.State, seeing.MayStart.Count));
    }

    // A decision that has none before it goes by how long the nodes have been healthy, in minutes; - for always.
    [Theory]
    [InlineData("- - -", "")]
    [InlineData("- - 1", "")]
    [InlineData("- 1 3", "7")]
    [InlineData("- 3 1", "7")]
    [InlineData("- 12 12", "")]
    [InlineData("1 1 2", "8")]
    public void The_nodes_show_repairs_from_before_the_first_decision(string healthy, string minutesLeft)
    {
        List<FleetNode> fleet =
        [
            .. healthy
                .Split(' ')
                .Select(
                    static (text, index) =>
                        new FleetNode($"h{index}", "", true, false, false)
                        {
                            HealthySince =
                                text == "-" ? null : Start.AddMinutes(-int.Parse(text, System.Globalization.CultureInfo.InvariantCulture)),
                        }
                ),
            new("broken", "", false, false, false),
        ];

        BrakeDecision decision = new RepairBrake(
            HealthyMinimum.Parse(healthy == "1 1 2" ? "1" : "50%")!,
            TimeSpan.FromMinutes(10),
            9
        ).Judge(null, fleet, Start);

        Assert.Equal(minutesLeft, (decision.Until - Start)?.TotalMinutes.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "");
        Assert.Equal(minutesLeft.Length == 0 ? ["broken"] : [], decision.MayStart);
    }

    [Fact]
    public void Nodes_without_a_repair_do_not_use_the_limit_of_the_pool()
    {
        FleetNode[] fleet =
        [
            .. Fleet("hhh"),
            new("a", "p", false, false, false) { IsEligible = false },
            new("b", "p", false, false, false),
        ];

        Assert.Equal(["b"], new RepairBrake(HealthyMinimum.Default, TimeSpan.Zero, 1).Judge(null, fleet, Start).MayStart);
    }

    [Fact]
    public void The_minimum_of_healthy_nodes_holds_in_random_histories()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Random random = new(seed);
            RepairBrake brake = new(HealthyMinimum.Percent(random.Next(101)), TimeSpan.FromMinutes(random.Next(20)), random.Next(1, 5));
            char[] nodes = [.. Enumerable.Repeat('h', random.Next(1, 40))];
            BrakeDecision? before = null;
            DateTimeOffset now = Start,
                stormEnded = DateTimeOffset.MinValue;
            bool isStorm = false;
            for (int step = 0; step < 60; step++, now = now.AddMinutes(random.Next(6)))
            {
                for (int change = random.Next(4); change > 0; change--)
                    nodes[random.Next(nodes.Length)] = "hbmr"[random.Next(4)];
                IReadOnlyList<FleetNode>? fleet = random.Next(12) == 0 ? null : Fleet(new(nodes));
                bool isShort = fleet is null || fleet.Count(static one => one.Counts) < brake.MinHealthy.Of(fleet.Count);
                if (isStorm && !isShort)
                    stormEnded = now;
                isStorm = isShort;

                BrakeDecision decision = brake.Judge(before, fleet, now);

                if (isShort || now < stormEnded + (stormEnded > DateTimeOffset.MinValue ? brake.Cooldown : default))
                    Assert.Empty(decision.MayStart);
                else
                    Assert.Equal(BrakeState.Released, decision.State);
                Assert.All(
                    decision.MayStart,
                    name => Assert.Equal('b', nodes[int.Parse(name, System.Globalization.CultureInfo.InvariantCulture)])
                );
                Assert.True(
                    decision.MayStart.Count == 0 || decision.MayStart.Count + nodes.Count(static one => one == 'r') <= brake.PerPool
                );
                foreach (string name in decision.MayStart)
                    nodes[int.Parse(name, System.Globalization.CultureInfo.InvariantCulture)] = 'r';
                before = decision;
            }
        }
    }

    private static IReadOnlyList<FleetNode> Fleet(string nodes) =>
        [
            .. nodes.Select(
                static (letter, index) =>
                    new FleetNode(
                        index.ToString(System.Globalization.CultureInfo.InvariantCulture),
                        "",
                        letter == 'h',
                        letter == 'm',
                        letter == 'r'
                    )
            ),
        ];
}
