using System.Globalization;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Api.Registry;

/// <summary>Evicts pods within their PDBs.</summary>
/// <param name="registry">Writes as the API server.</param>
internal sealed class EvictionHandler(ResourceRegistry registry, KindCatalog catalog)
{
    private const int UnhealthyPolicyFrom = 26,
        DisruptionTargetFrom = 26;
    private const int MaximumDisruptedPods = 2000;
    private const string Refused = "Cannot evict pod as it would violate the pod's disruption budget.";

    public void Evict(string ns, string name, DeletionRequest request)
    {
        registry.RequireNamespace(BuiltInKinds.Pods, ns, name);
        StoredObject pod = registry.Get(BuiltInKinds.Pods, ns, name);
        if (BudgetMatching.NeedsNoBudget(pod))
        {
            Delete(pod, request);
            return;
        }

        Snapshot all = registry.Store.List(BuiltInKinds.PodDisruptionBudgets);
        StoredObject[] budgets = [.. all.Objects.Walk(ns).Where(budget => BudgetMatching.Covers(budget, pod, catalog.Minor))];
        if (budgets.Length > 1)
            throw StatusErrors.Unclassified(
                "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
            );
        if (budgets.Length == 0)
        {
            Delete(pod, request);
            return;
        }

        bool isReady = BudgetMatching.IsReady(pod);
        registry.UpdateStatus(
            BuiltInKinds.PodDisruptionBudgets,
            ns,
            budgets[0].Name,
            budget => Decrement(budget, pod, isReady),
            request.IsDryRun
        );
        Delete(pod, request);
    }

    /// <summary>Sets the pod's disruption condition first.</summary>
    private void Delete(StoredObject pod, DeletionRequest request)
    {
        string version = pod.Version.ToString(CultureInfo.InvariantCulture);
        bool isMeant = (request.Uid ?? pod.Uid) == pod.Uid && (request.ResourceVersion is null or "" || request.ResourceVersion == version);
        if (catalog.Minor >= DisruptionTargetFrom && !request.IsDryRun && isMeant)
        {
            StoredObject updated = registry.UpdateStatus(
                BuiltInKinds.Pods,
                pod.Namespace,
                pod.Name,
                document =>
                {
                    if (document.Object("metadata").Text("uid") == pod.Uid)
                        document
                            .Ensure("status")
                            .SetPodCondition("DisruptionTarget", "True", registry.Now, "EvictionByEvictionAPI", "Eviction API: evicting");
                }
            );
            if (request.ResourceVersion == version)
                request = request with { ResourceVersion = updated.Version.ToString(CultureInfo.InvariantCulture) };
        }

        registry.Delete(BuiltInKinds.Pods, pod.Namespace, pod.Name, request);
    }

    private JsonObject Decrement(JsonObject budget, StoredObject pod, bool isReady)
    {
        JsonObject status = budget.Ensure("status"),
            metadata = budget["metadata"]!.AsObject();
        string name = metadata.Text("name")!;
        if (!isReady && MayEvictUnhealthy(budget, status))
            return budget;
        if ((status.Number("observedGeneration") ?? 0) < (metadata.Number("generation") ?? 0))
        {
            throw StatusErrors.TooManyRequests(
                Refused,
                10,
                StatusErrors.Cause("DisruptionBudget", $"The disruption budget {name} is still being processed by the server.")
            );
        }

        long allowed = status.Number("disruptionsAllowed") ?? 0;
        if (allowed < 0)
            throw StatusErrors.Forbidden(BuiltInKinds.PodDisruptionBudgets, name, "pdb disruptions allowed is negative");
        JsonObject disrupted = status.Ensure("disruptedPods");
        if (disrupted.Count > MaximumDisruptedPods)
            throw StatusErrors.Forbidden(
                BuiltInKinds.PodDisruptionBudgets,
                name,
                "DisruptedPods map too big - too many evictions not confirmed by PDB controller"
            );
        if (allowed == 0)
        {
            long needs = status.Number("desiredHealthy") ?? 0,
                has = status.Number("currentHealthy") ?? 0;
            throw StatusErrors.TooManyRequests(
                Refused,
                0,
                StatusErrors.Cause("DisruptionBudget", $"The disruption budget {name} needs {needs} healthy pods and has {has} currently")
            );
        }

        status["disruptionsAllowed"] = allowed - 1;
        disrupted[pod.Name] = registry.Now;
        return budget;
    }

    // By the policy if set; earlier versions also allow it while the PDB has its desired pods.
    private bool MayEvictUnhealthy(JsonObject budget, JsonObject status) =>
        (catalog.Minor >= UnhealthyPolicyFrom && budget.Object("spec").Text("unhealthyPodEvictionPolicy") == "AlwaysAllow")
        || (status.Number("currentHealthy") >= status.Number("desiredHealthy") && status.Number("desiredHealthy") > 0);
}
