using System.Globalization;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Controllers.Runtime;
using NodeManager.Scheduling;

namespace NodeManager.Sandbox.Controllers.Budgets;

/// <summary>Computes the status of PDBs. Source: k8s.io/kubernetes/pkg/controller/disruption.</summary>
internal sealed class DisruptionController(ControllerContext context) : Controller(context)
{
    /// <summary>The minor version from which PDBs have conditions.</summary>
    public const int ConditionsFrom = 21;

    /// <summary>An eviction without a deletion within this time has failed.</summary>
    private static readonly TimeSpan DisruptionTimeout = TimeSpan.FromMinutes(2);

    private readonly CoveredPods _covered = new(context.Store, context.MinorVersion);

    public override IReadOnlyList<ResourceKind> Kinds { get; } =
    [BuiltInKinds.PodDisruptionBudgets, BuiltInKinds.Pods, BuiltInKinds.Deployments, BuiltInKinds.ReplicaSets, BuiltInKinds.StatefulSets];

    private bool HasConditions => Context.MinorVersion >= ConditionsFrom;

    public override void Observe(Change change)
    {
        StoredObject item = change.Object;
        if (item.Kind == BuiltInKinds.PodDisruptionBudgets)
            Enqueue(item);
        else if (item.Kind == BuiltInKinds.Pods)
        {
            foreach (StoredObject budget in Store.List(BuiltInKinds.PodDisruptionBudgets).Objects.Walk(item.Namespace))
                if (
                    BudgetMatching.Covers(budget, item, Context.MinorVersion)
                    || (change.Previous is { } before && BudgetMatching.Covers(budget, before, Context.MinorVersion))
                )
                    Enqueue(budget);
        }
        else if (change.Previous?.ToJson().Object("spec").Number("replicas") != item.ToJson().Object("spec").Number("replicas"))
        {
            foreach (StoredObject budget in Store.List(BuiltInKinds.PodDisruptionBudgets).Objects.Walk(item.Namespace))
                Enqueue(budget);
        }
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Get(key) is not { IsDeleting: false } stored)
            return;
        PodDisruptionBudget budget = stored.As<PodDisruptionBudget>();
        List<StoredObject> pods = _covered.Of(stored);
        if (pods.Count == 0 && budget.Status.ObservedGeneration != budget.Metadata.Generation)
            Context.Events.Normal(stored, "controllermanager", "NoPods", "No matching pods found");
        if (Expect(budget, pods, out string? failure) is not { } expectation)
        {
            Fail(stored, failure!);
            return;
        }

        Dictionary<string, DateTimeOffset> disrupted = StillDisrupted(key, budget, pods);
        int healthy = pods.Count(pod => !pod.IsDeleting && !disrupted.ContainsKey(pod.Name) && pod.As<Pod>().IsReady());
        Write(stored, budget, new(expectation.Expected, healthy, expectation.Desired), disrupted);
    }

    /// <summary>Expected pods and desired healthy pods; null with the reason if unknown.</summary>
    private (int Expected, int Desired)? Expect(PodDisruptionBudget budget, List<StoredObject> pods, out string? failure)
    {
        failure = null;
        if (budget.Spec.MaxUnavailable is { } unavailable)
        {
            if (Scale(pods, out failure) is not { } expected)
                return null;
            return (expected, Math.Max(0, expected - unavailable.Resolve(expected, roundUp: true)));
        }
        if (budget.Spec.MinAvailable is not { } available)
            return (pods.Count, 0);
        if (!available.IsPercent)
            return (pods.Count, available.Resolve(pods.Count, roundUp: true));
        if (Scale(pods, out failure) is not { } total)
            return null;
        return (total, available.Resolve(total, roundUp: true));
    }

    /// <summary>The sum of the controllers' desired replicas.</summary>
    private int? Scale(List<StoredObject> pods, out string? failure)
    {
        failure = null;
        Dictionary<string, int> scales = new(StringComparer.Ordinal);
        foreach (StoredObject pod in pods)
        {
            if (pod.ControllerReference() is not { } owner)
            {
                // From 1.22 on pods without a controller are not counted; before, they are an error.
                if (Context.MinorVersion >= 22)
                    continue;
                failure = $"found no controller ref for pod \"{pod.Name}\"";
                return null;
            }
            if (scales.ContainsKey(owner.Uid))
                continue;
            if (Find(pod.Namespace, owner) is not { } controller)
            {
                failure = $"found no controllers for pod \"{pod.Name}\"";
                return null;
            }
            if (
                controller.Kind == BuiltInKinds.ReplicaSets
                && controller.ControllerReference() is { Kind: "Deployment" } parent
                && Find(pod.Namespace, parent) is { } deployment
            )
                controller = deployment;
            scales[controller.Uid] = Size(controller);
        }
        return scales.Values.Sum();
    }

    private static int Size(StoredObject controller)
    {
        if (controller.Kind == BuiltInKinds.Deployments)
            return controller.As<Deployment>().Spec.Replicas ?? 0;
        if (controller.Kind == BuiltInKinds.ReplicaSets)
            return controller.As<ReplicaSet>().Spec.Replicas ?? 0;
        return (int)(controller.ToJson().Object("spec").Number("replicas") ?? 0);
    }

    private StoredObject? Find(string ns, OwnerReference owner)
    {
        ResourceKind? kind = owner.Kind switch
        {
            "ReplicaSet" => BuiltInKinds.ReplicaSets,
            "Deployment" => BuiltInKinds.Deployments,
            "StatefulSet" => BuiltInKinds.StatefulSets,
            "ReplicationController" => BuiltInKinds.ReplicationControllers,
            _ => null,
        };
        return kind is not null && Store.Get(kind, ns, owner.Name) is { } found && found.Uid == owner.Uid ? found : null;
    }

    private Dictionary<string, DateTimeOffset> StillDisrupted(ObjectKey key, PodDisruptionBudget budget, List<StoredObject> pods)
    {
        Dictionary<string, DateTimeOffset> still = new(StringComparer.Ordinal);
        foreach ((string name, DateTimeOffset since) in budget.Status.DisruptedPods ?? [])
        {
            if (pods.Find(pod => pod.Name == name) is not { IsDeleting: false })
                continue;
            if (since + DisruptionTimeout <= Context.Now)
                continue;
            still[name] = since;
            EnqueueAt(key, since + DisruptionTimeout);
        }
        return still;
    }

    private void Write(StoredObject stored, PodDisruptionBudget budget, BudgetState state, Dictionary<string, DateTimeOffset> disrupted) =>
        Registry.UpdateStatus(
            stored,
            document =>
            {
                // After an eviction meanwhile, the count is outdated; its change is reconciled next.
                if (document.Object("metadata").Text("resourceVersion") != stored.Version.ToString(CultureInfo.InvariantCulture))
                    return;
                JsonObject status = document.Ensure("status");
                status["observedGeneration"] = budget.Metadata.Generation;
                status["expectedPods"] = state.Expected;
                status["currentHealthy"] = state.Healthy;
                status["desiredHealthy"] = state.Desired;
                status["disruptionsAllowed"] = state.Allowed;
                if (disrupted.Count == 0)
                    status.Remove("disruptedPods");
                else
                    status["disruptedPods"] = new JsonObject(
                        disrupted.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)ResourceRegistry.Timestamp(pair.Value)))
                    );
                if (HasConditions)
                    SetCondition(
                        status,
                        budget,
                        state.Allowed > 0 ? "True" : "False",
                        state.Allowed > 0 ? "SufficientPods" : "InsufficientPods",
                        ""
                    );
            }
        );

    /// <summary>Allows no disruptions and leaves the generation unobserved, so that evictions report a PDB in processing.</summary>
    private void Fail(StoredObject stored, string failure)
    {
        Context.Events.Warning(
            stored,
            "controllermanager",
            "CalculateExpectedPodCountFailed",
            $"Failed to calculate the number of expected pods: {failure}"
        );
        Registry.UpdateStatus(
            stored,
            document =>
            {
                JsonObject status = document.Ensure("status");
                status["disruptionsAllowed"] = 0;
                if (HasConditions)
                    SetCondition(status, stored.As<PodDisruptionBudget>(), "False", "SyncFailed", failure);
            }
        );
    }

    private void SetCondition(JsonObject status, PodDisruptionBudget budget, string value, string reason, string message)
    {
        status.SetCondition("DisruptionAllowed", value, Registry.Now, reason, message);
        status.Condition("DisruptionAllowed")!["observedGeneration"] = budget.Metadata.Generation;
    }
}
