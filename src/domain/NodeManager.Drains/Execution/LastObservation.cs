using System.Net;
using NodeManager.Drains.Budgets;
using NodeManager.Drains.Planning;
using NodeManager.Drains.Progress;
using NodeManager.Drains.Reporting;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Drains.Execution;

/// <summary>Reads the node and the budgets after the last wait, so that the result reports the observed state.</summary>
internal sealed class LastObservation(DrainScope scope, DrainSurvey survey, BudgetRegistry budgets, string node)
{
    // One request: a silent server is not asked for long.
    public async Task<FinalObservation> ReadAsync(Node planned, CancellationToken cancellationToken)
    {
        try
        {
            Node now = await scope.Client.SendAsync(
                HttpMethod.Get,
                Resources.Nodes.Path(name: planned.Metadata.Name),
                null,
                Resources.Nodes.Item,
                new() { Retry = false },
                cancellationToken
            );
            return now.Metadata.Uid == planned.Metadata.Uid ? new(now, false, null) : new(null, true, null);
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.NotFound)
        {
            return new(null, true, null);
        }
        catch (Exception exception)
        {
            scope.Observer.Verbose($"Node {planned.Metadata.Name}: its state could not be read: {exception.Message}");
            if (cancellationToken.IsCancellationRequested)
                return new(null, false, "no answer before the result was due.");
            return new(null, false, TransientFailure.Is(exception) ? exception.Message : null);
        }
    }

    /// <summary>The current budgets that still refuse pods, by title.</summary>
    // Bounded by the remaining time of an interrupted drain; without its pods a budget is described anyway.
    public async Task<IReadOnlyDictionary<string, PodBudget>> InspectBudgetsAsync(
        IReadOnlyList<PodRecord> records,
        CancellationToken cancellationToken
    )
    {
        List<PodDisruptionBudget> refusing =
        [
            .. records
                .Where(r => r.Outcome is null)
                .SelectMany(r => r.BlockedBy)
                .Distinct()
                .Select(budgets.Find)
                .OfType<PodDisruptionBudget>(),
        ];
        BudgetInspector inspector = new(scope.Client, survey.Server, scope.Options);
        IReadOnlySet<string> down = new HashSet<string>();
        IReadOnlyDictionary<string, IReadOnlyList<Pod>> covered = new Dictionary<string, IReadOnlyList<Pod>>();
        try
        {
            refusing = [.. await Task.WhenAll(refusing.Select(b => ReadAsync(b, cancellationToken)))];
            covered = await inspector.ReadPodsAsync(refusing, cancellationToken);
            down = await inspector.DownNodesAsync(covered.Values.SelectMany(static pods => pods), cancellationToken);
        }
        catch (Exception exception)
        {
            scope.Observer.Verbose($"Node {node}: the pods of its PDBs could not be read: {exception.Message}");
        }

        return inspector.Describe(refusing, covered, budgets.StaleFor, scope.Now, down, budgets.DisruptedFor);
    }

    // Listed, because a drain has that permission; the watch reports a deleted node.
    private async Task<PodDisruptionBudget> ReadAsync(PodDisruptionBudget budget, CancellationToken cancellationToken)
    {
        ListOptions one = new() { Namespace = budget.Metadata.Namespace, FieldSelector = $"metadata.name={budget.Metadata.Name}" };
        List<PodDisruptionBudget> found = (
            await scope.Client.ListAsync(Resources.PodDisruptionBudgets(survey.Server.BudgetVersion), one, cancellationToken)
        ).Items;
        return found is [var now] && now.Metadata.Uid == budget.Metadata.Uid ? now : budget;
    }
}
