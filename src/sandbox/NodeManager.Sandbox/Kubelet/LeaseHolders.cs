using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Api.Pods;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Controllers.Runtime;

namespace NodeManager.Sandbox.Kubelet;

/// <summary>
/// Leader election of simulated replicas: a replica acquires a free or expired Lease, renews it, and releases it when it ends. Durations
/// and identities are those of Kubernetes' components.
/// </summary>
internal sealed class LeaseHolders(ControllerContext context) : Controller(context)
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);

    private readonly Dictionary<ObjectKey, (SimulatedLease Lease, string Identity)> _candidates = [];

    public override IReadOnlyList<ResourceKind> Kinds { get; } = [BuiltInKinds.Pods];

    public override void Begin(StoredObject item) => EnqueuePod(item);

    public override void Observe(Change change) => EnqueuePod(change.Object);

    protected override void Reconcile(ObjectKey key)
    {
        StoredObject? pod = Get(key);
        string identity = pod is null ? "" : $"{pod.Name}_{pod.Uid}";
        SimulatedLease? wanted =
            pod is { IsDeleting: false } && pod.Field("status.phase") == "Running"
                ? Context.Runs.Of(pod, Registry.Now) is { IsCrashing: false } run
                    ? run.Last.Lease
                    : null
                : null;
        if (
            _candidates.TryGetValue(key, out (SimulatedLease Lease, string Identity) known)
            && (wanted != known.Lease || identity != known.Identity)
        )
        {
            _candidates.Remove(key);
            Release(known.Lease, known.Identity);
        }

        if (wanted is null)
            return;
        _candidates[key] = (wanted, identity);
        AcquireOrRenew(wanted, identity);
        EnqueueAfter(key, Retry);
    }

    private void EnqueuePod(StoredObject pod)
    {
        if (Context.Runs.HasPrograms && pod.Field("spec.nodeName").Length > 0)
            Enqueue(pod);
    }

    private void AcquireOrRenew(SimulatedLease lease, string identity)
    {
        string now = ResourceRegistry.MicroTimestamp(Context.Now);
        if (Store.Get(BuiltInKinds.Leases, lease.Namespace, lease.Name) is not { } stored)
        {
            Registry.Create(
                BuiltInKinds.Leases,
                lease.Namespace,
                new()
                {
                    ["metadata"] = new JsonObject { ["name"] = lease.Name },
                    ["spec"] = new JsonObject
                    {
                        ["holderIdentity"] = identity,
                        ["leaseDurationSeconds"] = (int)Duration.TotalSeconds,
                        ["acquireTime"] = now,
                        ["renewTime"] = now,
                        ["leaseTransitions"] = 0,
                    },
                }
            );
            return;
        }

        LeaseSpec spec = stored.As<Lease>().Spec;
        bool isOurs = spec.HolderIdentity == identity;
        bool isFree =
            string.IsNullOrEmpty(spec.HolderIdentity)
            || spec.RenewTime is null
            || spec.RenewTime + TimeSpan.FromSeconds(spec.LeaseDurationSeconds ?? 0) < Context.Now;
        // Changes of the pod trigger reconciliations too, which need no renewal.
        if ((!isOurs && !isFree) || (isOurs && Context.Now - spec.RenewTime < Retry * 0.9))
            return;
        Registry.Update(
            stored.Kind,
            lease.Namespace,
            lease.Name,
            document =>
            {
                JsonObject changed = document.Ensure("spec");
                changed["renewTime"] = now;
                if (isOurs)
                    return;
                changed["holderIdentity"] = identity;
                changed["leaseDurationSeconds"] = (int)Duration.TotalSeconds;
                changed["acquireTime"] = now;
                changed["leaseTransitions"] = (changed.Number("leaseTransitions") ?? 0) + 1;
            }
        );
    }

    private void Release(SimulatedLease lease, string identity)
    {
        if (
            Store.Get(BuiltInKinds.Leases, lease.Namespace, lease.Name) is not { } stored
            || stored.As<Lease>().Spec.HolderIdentity != identity
        )
            return;
        Registry.Update(
            stored.Kind,
            lease.Namespace,
            lease.Name,
            document =>
            {
                JsonObject changed = document.Ensure("spec");
                changed["holderIdentity"] = "";
                changed["leaseDurationSeconds"] = 1;
                changed["renewTime"] = ResourceRegistry.MicroTimestamp(Context.Now);
            }
        );
    }
}
