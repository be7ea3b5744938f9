using NodeManager.Controllers.Caching;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Selectors;
using NodeManager.Kubernetes.Timing;

namespace NodeManager.SchedulerControl.Restarts;

/// <summary>Watches a rollout until its end.</summary>
internal sealed class RolloutWatch(ClusterConnection connection, DeploymentManifest deployment, LeaderElectionSettings? election)
{
    /// <summary>The final verdict; at the timeout the last one, with that outcome.</summary>
    /// <param name="report">Receives each verdict.</param>
    public async Task<RolloutVerdict> RunAsync(
        RolloutGoal goal,
        TimeSpan timeout,
        Action<RolloutVerdict> report,
        CancellationToken cancellationToken
    )
    {
        var caches = connection.Caches();
        using CancellationTokenSource timer = connection.Time.StartLimit(timeout);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        var ns = deployment.Metadata.Namespace;
        var labels = string.Join(',', (deployment.Spec.Selector?.MatchLabels ?? []).Select(label => $"{label.Key}={label.Value}"));
        using var deployments = caches.Open(
            DeploymentManifest.Type,
            new() { Namespace = ns, FieldSelector = $"metadata.name={deployment.Metadata.Name}" }
        );
        using var pods = caches.Open(Resources.Pods, new() { Namespace = ns, LabelSelector = labels });
        using var leases =
            goal.MustLead && election is not null
                ? caches.Open(Resources.Leases, new() { Namespace = election.Namespace, FieldSelector = $"metadata.name={election.Name}" })
                : null;
        var verdict = new RolloutVerdict(null, "waiting for the cluster", 0, 0);
        try
        {
            report(verdict);
            // The state from before the restart does not count.
            await Task.WhenAll(
                deployments.CatchUpAsync(stop.Token),
                pods.CatchUpAsync(stop.Token),
                leases?.CatchUpAsync(stop.Token) ?? Task.CompletedTask
            );
            while (true)
            {
                Task[] changes =
                [
                    deployments.Cache.Changed(),
                    pods.Cache.Changed(),
                    .. leases is null ? (Task[])[] : [leases.Cache.Changed()],
                ];
                verdict = RolloutRules.Judge(
                    new(
                        deployments.Cache.Find(ns, deployment.Metadata.Name),
                        [.. pods.Cache.Items.Where(pod => deployment.Spec.Selector.Matches(pod.Metadata.Labels))],
                        leases?.Cache.Find(election!.Namespace, election.Name)
                    ),
                    goal
                );
                report(verdict);
                if (verdict.Outcome is not null)
                    return verdict;
                await connection.Time.WaitForChangeAsync(changes, null, stop.Token);
            }
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return verdict;
        }
    }
}
