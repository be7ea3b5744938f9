using NodeManager.Core.Operations;
using NodeManager.Core.Placement;
using NodeManager.Core.Progress;
using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Validation;
using NodeManager.Scheduling;

namespace NodeManager.SchedulerControl.Simulation;

/// <summary>
/// Simulates the placement of a cluster's pods under a configuration. Each running pod is judged alone, as if rescheduled; pending ones one
/// after another, in the queue's order.
/// </summary>
public static class SchedulerSimulator
{
    private const int NodesAlwaysScored = 100;

    /// <summary>A result for each pod of the configuration's profiles, pending ones first.</summary>
    /// <param name="session">Nothing is changed in its cluster.</param>
    /// <param name="source">Its name in messages.</param>
    /// <param name="minor">The scheduler's minor version; null: the cluster's.</param>
    /// <param name="observer">Receives progress, and what is not judged.</param>
    /// <exception cref="NodeManagerException">SchedulerConfigurationInvalid: no scheduler would start with it.</exception>
    public static Task<IReadOnlyList<SchedulerSimulation>> RunAsync(
        NodeManagerSession session,
        SchedulerDocument document,
        string source,
        int? minor,
        PluginCatalog catalog,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        RefuseErrors(document, source, minor, catalog);
        return ClusterOperation.RunAsync(
            session,
            source,
            async (connection, token) =>
            {
                var (snapshot, _, pods, _) = await new SnapshotReader(connection.Client, observer.Warning).ReadAsync(minor, token);
                var profiles = SimulatedProfile.Of(document, minor, catalog);
                WarnOfLimits(document, profiles, snapshot, pods, observer);
                return await SimulateAsync(session, snapshot, pods, profiles, observer, token);
            },
            cancellationToken
        );
    }

    internal static async Task<IReadOnlyList<SchedulerSimulation>> SimulateAsync(
        NodeManagerSession session,
        ClusterSnapshot snapshot,
        IReadOnlyList<Pod> pods,
        IReadOnlyDictionary<string, SimulatedProfile> profiles,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        var meant = pods.Where(pod => profiles.ContainsKey(SchedulerOf(pod)) && IsScheduled(pod)).ToList();
        var waiting = meant
            .Where(pod => string.IsNullOrEmpty(pod.Spec.NodeName))
            .OrderByDescending(pod => pod.Spec.Priority ?? 0)
            .ThenBy(pod => pod.Metadata.CreationTimestamp)
            .ThenBy(pod => pod.Key(), StringComparer.Ordinal)
            .ToList();
        var running = meant
            .Where(pod => !string.IsNullOrEmpty(pod.Spec.NodeName))
            .OrderBy(pod => pod.Key(), StringComparer.Ordinal)
            .ToList();
        var results = new List<SchedulerSimulation>(meant.Count);
        var done = 0;
        void Reported()
        {
            var count = Interlocked.Increment(ref done);
            if (count % 50 == 0 || count == meant.Count)
                observer.Progress(
                    new("simulation", "Simulating", $"{count} of {meant.Count} pods", count * 100 / meant.Count, count == meant.Count)
                );
        }

        var queue = Task.Run(() => Queue(session, snapshot.Clone(), waiting, profiles, Reported, cancellationToken), cancellationToken);
        // Each part changes a copy of its own.
        var parts = running
            .Chunk(Math.Max(1, (running.Count / Environment.ProcessorCount) + 1))
            .Select(part =>
            {
                var copy = snapshot.Clone();
                return Task.Run(() => Each(session, copy, part, profiles, Reported, cancellationToken), cancellationToken);
            })
            .ToList();
        results.AddRange(await queue);
        foreach (var part in parts)
            results.AddRange(await part);
        return results;
    }

    private static List<SchedulerSimulation> Queue(
        NodeManagerSession session,
        ClusterSnapshot snapshot,
        List<Pod> waiting,
        IReadOnlyDictionary<string, SimulatedProfile> profiles,
        Action told,
        CancellationToken cancellationToken
    )
    {
        var results = new List<SchedulerSimulation>();
        foreach (var pod in waiting)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var result = new PodSimulation(session, snapshot, profiles[SchedulerOf(pod)]).Place(pod);
            if (result.NodeThen.Length > 0)
                snapshot.Assume(pod, result.NodeThen);
            results.Add(result);
            told();
        }

        return results;
    }

    private static List<SchedulerSimulation> Each(
        NodeManagerSession session,
        ClusterSnapshot snapshot,
        Pod[] running,
        IReadOnlyDictionary<string, SimulatedProfile> profiles,
        Action told,
        CancellationToken cancellationToken
    )
    {
        var results = new List<SchedulerSimulation>();
        foreach (var pod in running)
        {
            cancellationToken.ThrowIfCancellationRequested();
            snapshot.RemovePod(pod);
            results.Add(new PodSimulation(session, snapshot, profiles[SchedulerOf(pod)]).Place(pod));
            snapshot.Assume(pod, pod.Spec.NodeName!);
            told();
        }

        return results;
    }

    private static string SchedulerOf(Pod pod) => pod.Spec.SchedulerName is { Length: > 0 } name ? name : SchedulerProfile.DefaultName;

    /// <summary>A scheduler never placed a mirror pod, and will not place a terminating one.</summary>
    private static bool IsScheduled(Pod pod) => !pod.IsFinished() && pod.Metadata.DeletionTimestamp is null && !pod.IsMirror();

    private static void RefuseErrors(SchedulerDocument document, string source, int? minor, PluginCatalog catalog)
    {
        var errors = SchedulerConfigurationValidator
            .Validate(
                document,
                new ValidationOptions
                {
                    Minor = minor,
                    File = source,
                    Catalog = catalog,
                }
            )
            .Where(finding => finding.Severity == "Error")
            .ToList();
        if (errors.Count > 0)
            throw new NodeManagerException(
                ErrorIds.SchedulerConfigurationInvalid,
                ErrorKind.InvalidData,
                $"A scheduler would not start with {source}: {string.Join("; ", errors)}.",
                source,
                "List the errors with Test-SchedulerConfiguration."
            );
    }

    private static void WarnOfLimits(
        SchedulerDocument document,
        IReadOnlyDictionary<string, SimulatedProfile> profiles,
        ClusterSnapshot snapshot,
        IReadOnlyList<Pod> pods,
        IOperationObserver observer
    )
    {
        foreach (var (name, profile) in profiles)
        {
            if (profile.NotKnown.Count > 0)
                observer.Warning(
                    $"Profile '{name}': {string.Join(", ", profile.NotKnown)} cannot be simulated; the simulation assumes that it accepts and scores all nodes alike."
                );
            if (!pods.Any(pod => SchedulerOf(pod) == name))
                observer.Warning($"No pod of the cluster uses the scheduler '{name}'.");
        }

        if (document.Root.Value("extenders") is { Items.Count: > 0 })
            observer.Warning("The configuration has extenders, which cannot be simulated.");
        if (snapshot.Nodes.Count > NodesAlwaysScored)
            observer.Verbose("In large clusters a scheduler scores only some nodes (percentageOfNodesToScore); the simulation scores all.");
    }
}
