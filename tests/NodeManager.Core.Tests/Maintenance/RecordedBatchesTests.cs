using NodeManager.Core.Tests.Support;
using NodeManager.Maintenance.Batches;

namespace NodeManager.Core.Tests.Maintenance;

/// <summary>
/// The batches of random fleets, held against those that were recorded when each question was still answered by looking at the whole cluster.
/// <c>NODEMANAGER_RECORD_BATCHES</c> names a file to record them into.
/// </summary>
public sealed class RecordedBatchesTests
{
    [Fact]
    public void Batches_and_stranded_pods_are_as_recorded()
    {
        string[] batches = [.. Enumerable.Range(0, 300).Select(Batches)];

        if (Environment.GetEnvironmentVariable("NODEMANAGER_RECORD_BATCHES") is { Length: > 0 } file)
            File.WriteAllLines(file, batches);
        Assert.Equal(File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Maintenance", "Data", "batches.txt")), batches);
    }

    private static string Batches(int seed)
    {
        RandomFleet fleet = new(seed);
        FleetRoom room = new(new(fleet.Snapshot()), fleet.Leaving());
        IEnumerable<string> batches = BatchRules
            .All(fleet.Candidates(), 1 + (seed % 7), room)
            .Select(b => string.Join(' ', b.Select(n => n.Name)));
        IEnumerable<string> stranded = fleet
            .Nodes.Select(n => (n.Metadata.Name, room.Stranded(n.Metadata.Name), room.AtRisk(n.Metadata.Name)))
            .Where(n => n.Item2.Pods.Count + n.Item3.Pods.Count > 0)
            .Select(n => $"{n.Name}={Text(n.Item2)}~{Text(n.Item3)}");
        return $"{seed}: {string.Join(" | ", batches)}; {string.Join(' ', stranded)}";
    }

    private static string Text(StrandedPods stranded) =>
        $"{string.Join(',', stranded.Pods.Select(p => p.Pod.Metadata.Name))}!{string.Join(',', stranded.Blocking.Select(b => b.Name))}";
}
