using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Operations;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Timing;

namespace NodeManager.Autoscaling.NodePools;

/// <summary>Keeps the names of pools in NodeSmithControlPlanes: the autoscaler manages only pools that one of them names. Safe to repeat.</summary>
internal sealed class PlaneMembership(KubernetesClient client, string ns)
{
    /// <summary>The control plane that is created where there is none.</summary>
    private const string DefaultPlane = "nodemanager";

    private const int Tries = 10;

    /// <summary>Adds a pool to the first control plane, unless one names it already.</summary>
    public async Task AddAsync(string pool, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                List<NodeSmithControlPlane> planes = await ListAsync(cancellationToken);
                if (planes.Exists(plane => plane.Spec.Pools?.Contains(pool) == true))
                    return;
                if (planes.FirstOrDefault() is { } first)
                    await WriteAsync(first, [.. first.Spec.Pools ?? [], pool], cancellationToken);
                else
                    await CreateAsync(pool, cancellationToken);
                return;
            }
            catch (KubernetesException e) when (e.Code == HttpStatusCode.Conflict && attempt < Tries)
            {
                // Another client changed it; it is read again.
                await client.Time.DelayAsync(ConflictPause.After(attempt), cancellationToken);
            }
        }
    }

    /// <summary>Removes a pool from all control planes.</summary>
    public async Task RemoveAsync(string pool, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                foreach (
                    NodeSmithControlPlane plane in (await ListAsync(cancellationToken)).Where(plane =>
                        plane.Spec.Pools?.Contains(pool) == true
                    )
                )
                    await WriteAsync(plane, [.. plane.Spec.Pools!.Where(one => one != pool)], cancellationToken);
                return;
            }
            catch (KubernetesException e) when (e.Code == HttpStatusCode.Conflict && attempt < Tries)
            {
                await client.Time.DelayAsync(ConflictPause.After(attempt), cancellationToken);
            }
        }
    }

    private async Task<List<NodeSmithControlPlane>> ListAsync(CancellationToken cancellationToken) =>
        [
            .. (await client.ListAsync(NodeSmithResources.ControlPlanes, new() { Namespace = ns }, cancellationToken))
                .Items.Where(static plane => plane.Metadata.DeletionTimestamp is null)
                .OrderBy(static plane => plane.Metadata.Name, StringComparer.Ordinal),
        ];

    private Task<NodeSmithControlPlane> WriteAsync(
        NodeSmithControlPlane plane,
        IEnumerable<string> pools,
        CancellationToken cancellationToken
    ) =>
        client.PatchAsync(
            NodeSmithResources.ControlPlanes,
            plane.Metadata.Name,
            ns,
            Patch.Merge(
                new()
                {
                    ["metadata"] = new JsonObject { ["uid"] = plane.Metadata.Uid, ["resourceVersion"] = plane.Metadata.ResourceVersion },
                    ["spec"] = new JsonObject
                    {
                        ["pools"] = new JsonArray([.. pools.Select(static one => (JsonNode?)JsonValue.Create(one))]),
                    },
                }
            ),
            null,
            RequestOptions.Default,
            cancellationToken
        );

    private Task<NodeSmithControlPlane> CreateAsync(string pool, CancellationToken cancellationToken)
    {
        var plane = new NodeSmithControlPlane
        {
            ApiVersion = NodeSmithNames.ApiVersion,
            Kind = nameof(NodeSmithControlPlane),
            Metadata = new() { Name = DefaultPlane, Namespace = ns },
            Spec = new() { Pools = [pool] },
        };
        return client.CreateAsync(NodeSmithResources.ControlPlanes, plane, ns, RequestOptions.Default, cancellationToken);
    }
}
