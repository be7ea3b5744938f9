using NodeManager.Sandbox.Controllers.Nodes;

namespace NodeManager.Sandbox.Tests.Controllers.Lifecycle;

/// <summary>Passes over three zones; each row of a pass has ready and not ready nodes of a, b, c.</summary>
public sealed class DisruptedZonesTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly DisruptedZones _zones = new();

    [Fact]
    public void Each_zone_has_the_eviction_rate_of_its_state()
    {
        Assert.Equal("None", Follow((0, 10), (4, 6), (24, 36)));
        Assert.Equal((0.1, 0, 0.01), Rates);
        Assert.Equal("None", Follow((1, 9), (5, 5), (60, 0)));
        Assert.Equal((0, 0.1, 0.1), Rates);
    }

    [Fact]
    public void With_all_zones_down_no_node_is_tainted_until_one_is_ready()
    {
        Follow((3, 0), (3, 0), (3, 0));
        Assert.Equal("Entered", Follow((0, 3), (0, 3), (0, 3)));
        Assert.Equal((0, 0, 0), Rates);
        Assert.Equal("None", Follow((0, 3), (0, 3), (0, 3)));
        Assert.Equal("Recovered", Follow((0, 3), (1, 3), (0, 3)));
        Assert.Equal((0.1, 0, 0.1), Rates);
    }

    [Fact]
    public void A_cluster_that_starts_without_a_ready_node_is_fully_disrupted() => Assert.Equal("Entered", Follow((0, 1), (0, 2), (0, 1)));

    [Fact]
    public void A_zone_without_nodes_does_not_count()
    {
        Follow((0, 3), (0, 3), (3, 0));
        Follow((0, 3), null, (3, 0));
        Assert.Equal("Entered", Follow((0, 3), null, (0, 3)));
    }

    [Fact]
    public void Deleting_the_last_ready_zone_does_not_change_the_other_zones()
    {
        Follow((0, 3), (3, 0), (0, 3));
        Assert.Equal("None", Follow((0, 3), null, (0, 3)));
        Assert.Equal((0.1, 0.1), (Rates.A, Rates.C));
    }

    [Fact]
    public void The_rate_depends_on_the_zone_size_at_the_start_of_the_state()
    {
        Follow((24, 36), (1, 0), (1, 0));
        Follow((14, 36), (1, 0), (1, 0));
        Assert.Equal(0.01, Rates.A);
    }

    private (double A, double B, double C) Rates => (RateOf("a"), RateOf("b"), RateOf("c"));

    private double RateOf(string zone) => _zones.LineOf(new("", zone)).Rate;

    private string Follow((int Ready, int NotReady) a, (int Ready, int NotReady)? b, (int Ready, int NotReady) c)
    {
        Dictionary<NodeZone, ZoneCount> counts = new()
        {
            [new("", "a")] = new(a.Ready, a.NotReady),
            [new("", "c")] = new(c.Ready, c.NotReady),
        };
        if (b is { } count)
            counts[new("", "b")] = new(count.Ready, count.NotReady);
        return _zones.Update(counts, Now).ToString();
    }
}
