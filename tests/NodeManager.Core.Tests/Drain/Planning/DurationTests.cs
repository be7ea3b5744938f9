using System.Text.Json.Nodes;
using NodeManager.Core.Sessions;
using NodeManager.Core.Tests.Drain.Support;
using NodeManager.Drains;
using NodeManager.Drains.Planning;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Tests.Drain.Planning;

/// <summary>The maximum and the expected duration of a plan.</summary>
public sealed class DurationTests : IDisposable
{
    private readonly DrainServer _server = new();

    public DurationTests()
    {
        _server.Nodes.Put(Sample.Node("n1"));
        _server.Nodes.Put(Sample.Node("n2"));
    }

    public void Dispose() => _server.Dispose();

    [Theory]
    // Owner, pods behind a PDB that allows one at a time, and known terminations in seconds: maximum, expectation.
    [InlineData("ReplicaSet", 1, "", 33, null)]
    [InlineData("ReplicaSet", 1, "2", 33, 2)]
    [InlineData("ReplicaSet", 1, "1 2 9", 33, 2)]
    [InlineData("ReplicaSet", 3, "2", (2 * 20) + 33, (2 * 12) + 2)] // created while the old pod terminates
    [InlineData("StatefulSet", 3, "2", (2 * (20 + 33)) + 33, (2 * (12 + 2)) + 2)] // created after it is gone
    public async Task Rounds_take_the_longest_known_start_at_most_and_the_median_usually(
        string owner,
        int pods,
        string terminations,
        int most,
        int? expected
    )
    {
        // On the other node, 12 s and 20 s.
        for (int i = 1; i <= pods + 3; i++)
        {
            JsonObject pod = Sample.Pod($"p{i}", i <= pods ? "n1" : "n2");
            pod["metadata"]!["creationTimestamp"] = "2026-01-01T00:00:00Z";
            pod["metadata"]!["ownerReferences"]![0]!["kind"] = owner;
            pod["status"]!["conditions"]![0]!["lastTransitionTime"] = i == pods + 3 ? "2026-01-01T00:00:20Z" : "2026-01-01T00:00:12Z";
            _server.Pods.Put(pod);
        }

        JsonObject budget = Sample.Budget("web", "web", 1);
        budget["status"]!["expectedPods"] = pods + 3;
        budget["status"]!["currentHealthy"] = pods + 3;
        budget["status"]!["desiredHealthy"] = pods + 2;
        _server.Budgets.Put(budget);
        using NodeManagerSession session = await _server.ConnectAsync();
        Pod drained = (await session.Connection().Client.GetAsync(Kubernetes.Requests.Resources.Pods, "p1", "default", default));
        foreach (string seconds in terminations.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            session
                .Connection()
                .Get<TerminationHistory>()
                .Add(drained, 30, TimeSpan.FromSeconds(int.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture)));

        NodeDrainPlan plan = Assert.Single(await DrainPlanner.PlanAsync(session, ["n1"], new(), default));

        Assert.Equal(TimeSpan.FromSeconds(most), plan.EstimatedDuration);
        Assert.Equal(expected is { } known ? TimeSpan.FromSeconds(known) : null, plan.ExpectedDuration);
        Assert.Contains(
            expected is null ? $"No pod of {owner} default/" : "Earlier drains of this session",
            plan.ExpectedBasis,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Another_grace_period_has_a_history_of_its_own()
    {
        _server.Pods.Put(Sample.Pod("p1"));
        using NodeManagerSession session = await _server.ConnectAsync();
        Pod pod = await session.Connection().Client.GetAsync(Kubernetes.Requests.Resources.Pods, "p1", "default", default);
        session.Connection().Get<TerminationHistory>().Add(pod, 5, TimeSpan.FromSeconds(5));

        NodeDrainPlan own = Assert.Single(await DrainPlanner.PlanAsync(session, ["n1"], new(), default));
        NodeDrainPlan shorter = Assert.Single(
            await DrainPlanner.PlanAsync(session, ["n1"], new() { GracePeriod = TimeSpan.FromSeconds(5) }, default)
        );

        Assert.Null(own.ExpectedDuration);
        Assert.Equal(
            (TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(8)),
            (shorter.ExpectedDuration!.Value, shorter.EstimatedDuration!.Value)
        );
    }
}
