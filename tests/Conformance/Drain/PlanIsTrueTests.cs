using System.Collections.Concurrent;
using NodeManager.Testing;
using Xunit.Abstractions;

namespace NodeManager.Conformance.Drain;

/// <summary>
/// Clusters made by chance, a node of each (or two together) planned and drained: what the plan says will block, blocks; what it says fits,
/// runs elsewhere afterwards. As many clusters as <c>NODEMANAGER_PLANS</c> says, 10 by default, from the seed that
/// <c>NODEMANAGER_PLANS_SEED</c> says, 1 by default.
/// </summary>
/// <remarks>
/// What is explained, and counted: pods that compete for the same room. The plan places them in one order; the scheduler in another, and it
/// draws lots among equal nodes. So another pod may get the room that the plan gave to this one, or leave it room that the plan gave away; a
/// pod that must be beside another goes where that one went; and a budget that waits for such a pod closes, or does not. Each is checked:
/// the pod must fit when none of the others is there that moved.
/// </remarks>
public sealed class PlanIsTrueTests(ITestOutputHelper output)
{
    private static readonly int Plans = ProofSize.Read("NODEMANAGER_PLANS", 10);
    private static readonly int FirstSeed = ProofSize.Read("NODEMANAGER_PLANS_SEED", 1);

    [Fact]
    public async Task Random_plans_predict_blockers_and_placement_of_the_drain()
    {
        var trials = new ConcurrentBag<PlanTrial>();

        await Parallel.ForEachAsync(
            Enumerable.Range(FirstSeed, Plans),
            new ParallelOptions { MaxDegreeOfParallelism = 4 },
            async (seed, _) => trials.Add(await PlanTrial.RunAsync(seed))
        );

        foreach (
            IGrouping<string, KeyValuePair<string, int>> counted in trials
                .SelectMany(t => t.Counts)
                .GroupBy(c => c.Key)
                .OrderBy(g => g.Key, StringComparer.Ordinal)
        )
            output.WriteLine($"{counted.Sum(c => c.Value), 5} {counted.Key}");
        Assert.NotEmpty(trials.SelectMany(t => t.Counts));
        string[] unexplained = [.. trials.SelectMany(t => t.Unexplained)];
        Assert.True(unexplained.Length == 0, string.Join("\n", unexplained));
    }
}
