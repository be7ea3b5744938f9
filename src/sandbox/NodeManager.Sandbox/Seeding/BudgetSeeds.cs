using System.Globalization;
using NodeManager.Sandbox.Controllers.Budgets;

namespace NodeManager.Sandbox.Seeding;

/// <summary>The PodDisruptionBudgets of workloads whose pods are all ready.</summary>
internal sealed class BudgetSeeds(int minorVersion)
{
    /// <param name="since">Of its condition.</param>
    public JsonObject Document(Workload workload, string since)
    {
        JsonObject spec = new() { ["selector"] = new JsonObject { ["matchLabels"] = WorkloadTemplates.Labels(workload) } };
        if (workload.MinAvailable is { } minimum)
            spec["minAvailable"] = Amount(minimum);
        if (workload.MaxUnavailable is { } maximum)
            spec["maxUnavailable"] = Amount(maximum);
        int limit = new Kubernetes.Models.IntOrString(workload.MinAvailable ?? workload.MaxUnavailable!).Resolve(
            workload.Replicas,
            roundUp: true
        );
        BudgetState state = new(
            workload.Replicas,
            workload.Replicas,
            workload.MinAvailable is null ? Math.Max(0, workload.Replicas - limit) : limit
        );
        JsonObject status = new()
        {
            ["observedGeneration"] = 1,
            ["expectedPods"] = state.Expected,
            ["currentHealthy"] = state.Healthy,
            ["desiredHealthy"] = state.Desired,
            ["disruptionsAllowed"] = state.Allowed,
        };
        if (minorVersion >= DisruptionController.ConditionsFrom)
        {
            status.SetCondition(
                "DisruptionAllowed",
                state.Allowed > 0 ? "True" : "False",
                since,
                state.Allowed > 0 ? "SufficientPods" : "InsufficientPods",
                ""
            );
            status.Condition("DisruptionAllowed")!["observedGeneration"] = 1;
        }

        return new()
        {
            ["metadata"] = new JsonObject { ["name"] = workload.Name, ["labels"] = WorkloadTemplates.Labels(workload) },
            ["spec"] = spec,
            ["status"] = status,
        };

        static JsonNode Amount(string text) =>
            int.TryParse(text, CultureInfo.InvariantCulture, out int count) ? JsonValue.Create(count) : JsonValue.Create(text)!;
    }
}
