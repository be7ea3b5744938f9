using NodeManager.Scheduling;
using NodeManager.Scheduling.Decisions;
using NodeManager.Scheduling.Scoring;

namespace NodeManager.SchedulerControl.Simulation;

/// <summary>Places one pod by a profile's rules and explains the difference. The snapshot does not contain the pod.</summary>
internal sealed class PodSimulation(NodeManagerSession session, ClusterSnapshot snapshot, SimulatedProfile profile)
{
    public SchedulerSimulation Place(Pod pod)
    {
        var now = pod.Spec.NodeName ?? "";
        var fit = new PodFit(pod, snapshot, profile.Rules);
        var fitting = new List<NodeState>();
        var refusals = new Dictionary<string, FitResult>();
        FitResult? unknown = null;
        foreach (var node in snapshot.Nodes)
        {
            var answer = fit.Evaluate(node);
            if (answer.Verdict == FitVerdict.Fits)
                fitting.Add(node);
            else if (answer.Verdict == FitVerdict.DoesNotFit)
                refusals[node.Name] = answer;
            else
                unknown ??= answer;
        }

        // If one node cannot be judged, the best one cannot either.
        if (unknown is not null)
            return Result(pod, SchedulerSimulationOutcome.Unknown, now, "", [], string.Join(", ", unknown.Reasons));
        if (fitting.Count == 0)
            return Result(pod, SchedulerSimulationOutcome.Waits, now, "", [], PodPlacement.Summary(refusals.Values, snapshot.MinorVersion));
        var scores = new PodScore(pod, snapshot, profile.Rules).Of(fitting);
        var highest = scores.Max(score => score.Total);
        var best = scores.Where(score => score.Total == highest).OrderBy(score => score.Node.Name, StringComparer.Ordinal).ToList();
        var candidates = best.Select(score => score.Node.Name).ToList();
        if (now.Length == 0)
            return Result(pod, SchedulerSimulationOutcome.Starts, now, candidates[0], candidates, "");
        if (candidates.Contains(now))
            return Result(pod, SchedulerSimulationOutcome.Stays, now, now, candidates, "");
        var reason =
            refusals.TryGetValue(now, out var refusal) ? string.Join(", ", refusal.Reasons)
            : scores.FirstOrDefault(score => score.Node.Name == now) is { } own ? Difference(own, best[0])
            : "the node no longer exists";
        return Result(pod, SchedulerSimulationOutcome.Moves, now, candidates[0], candidates, reason);
    }

    /// <summary>The plugins whose scores differ, the largest difference first: <c>NodeResourcesFit +58, ImageLocality -4</c>.</summary>
    private static string Difference(NodeScore now, NodeScore then)
    {
        var parts = then
            .Parts.Select(part => (part.Key, By: part.Value - now.Parts.GetValueOrDefault(part.Key)))
            .Where(part => part.By != 0)
            .OrderByDescending(part => Math.Abs(part.By));
        return FormattableString.Invariant($"{then.Total} over {now.Total}: ")
            + string.Join(", ", parts.Select(part => FormattableString.Invariant($"{part.Key} {part.By:+0;-0}")));
    }

    private SchedulerSimulation Result(Pod pod, string outcome, string now, string then, List<string> candidates, string reason) =>
        new()
        {
            Outcome = outcome,
            Namespace = pod.Metadata.Namespace ?? "",
            Pod = pod.Metadata.Name,
            SchedulerName = profile.Rules.Name,
            NodeNow = now,
            NodeThen = then,
            Candidates = new ItemList<string>(candidates),
            Reason = reason,
            NotJudged = new ItemList<string>([
                .. profile.NotKnown,
                .. pod.Spec.Volumes?.Exists(volume => volume.PersistentVolumeClaim is not null || volume.Ephemeral is not null) == true
                    ? profile.NotKnownOfVolumes
                    : [],
            ]),
            Cluster = session.Cluster,
            Session = session,
        };
}
