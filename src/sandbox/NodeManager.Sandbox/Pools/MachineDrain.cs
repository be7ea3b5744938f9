using System.Globalization;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Model.Kinds.Errors;
using NodeManager.Scheduling;

namespace NodeManager.Sandbox.Pools;

/// <summary>Drains machines before their removal: cordons them and evicts pods within PDBs, for at most an hour.</summary>
internal sealed class MachineDrain(ResourceRegistry registry, EvictionHandler evictor)
{
    private static readonly TimeSpan Limit = TimeSpan.FromHours(1);

    /// <summary>Cordons the machine and records the time in an annotation, which is saved with the cluster.</summary>
    public void Begin(string name, DateTimeOffset now) =>
        registry.Update(
            BuiltInKinds.Nodes,
            "",
            name,
            node =>
            {
                node.Ensure("spec")["unschedulable"] = true;
                node.Ensure("metadata").Ensure("annotations")[PoolMachines.DrainingAnnotation] = ResourceRegistry.MicroTimestamp(now);
            }
        );

    /// <summary>Evicts the pods that may be evicted now.</summary>
    /// <returns>Null when the machine is empty or the time has expired; else what it waits for.</returns>
    public string? Step(string name, DateTimeOffset since, DateTimeOffset now)
    {
        if (now - since >= Limit)
            return null;
        string? waiting = null;
        foreach (StoredObject stored in registry.Store.List(BuiltInKinds.Pods).Objects.Walk())
        {
            if (stored.Field("spec.nodeName") != name || !MustGo(stored.As<Pod>()))
                continue;
            string what = $"pod {stored.Namespace}/{stored.Name}";
            try
            {
                if (!stored.IsDeleting)
                    evictor.Evict(stored.Namespace, stored.Name, new() { Uid = stored.Uid });
                waiting ??= $"{what} terminates";
            }
            catch (ApiException refused) when (refused.Code is 429 or 500 or 409)
            {
                waiting = string.Create(CultureInfo.InvariantCulture, $"{what}: {refused.Message}");
            }
            catch (ApiException gone) when (gone.Code == 404)
            {
                // Deleted by another client.
            }
        }

        return waiting;
    }

    private static bool MustGo(Pod pod) =>
        !pod.IsMirror() && pod.Controller()?.Kind != "DaemonSet" && pod.Status.Phase is not ("Succeeded" or "Failed");
}
