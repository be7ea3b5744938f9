using System.Text.Json.Nodes;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Autoscaling.NodePools;

/// <summary>Maintains the names of pools in NodeSmithControlPlanes: the autoscaler manages only listed pools. Idempotent.</summary>
internal sealed class PlaneMembership(KubernetesClient client, string ns)
{
    /// <summary>Adds a pool to the first control plane, unless one lists it already.</summary>
    public Task AddAsync(string pool, CancellationToken cancellationToken) =>
        RetryPolicy.Conflicts.RunAsync(
            async token =>
            {
                List<NodeSmithControlPlane> planes = await ListAsync(token);
                if (planes.Exists(plane => plane.Spec.Pools?.Contains(pool) == true))
                    return;
                if (planes.FirstOrDefault() is { } first)
                    await WriteAsync(first, [.. first.Spec.Pools ?? [], pool], token);
                else
                    await CreateAsync(pool, token);
            },
            client.Time,
            cancellationToken
        );

    /// <summary>Removes a pool from all control planes.</summary>
    public Task RemoveAsync(string pool, CancellationToken cancellationToken) =>
        RetryPolicy.Conflicts.RunAsync(
            async token =>
            {
                foreach (NodeSmithControlPlane plane in (await ListAsync(token)).Where(plane => plane.Spec.Pools?.Contains(pool) == true))
                    await WriteAsync(plane, [.. plane.Spec.Pools!.Where(one => one != pool)], token);
            },
            client.Time,
            cancellationToken
        );

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
            cancellationToken
        );

    private Task<NodeSmithControlPlane> CreateAsync(string pool, CancellationToken cancellationToken)
    {
        var plane = new NodeSmithControlPlane
        {
            ApiVersion = NodeSmithNames.ApiVersion,
            Kind = nameof(NodeSmithControlPlane),
            Metadata = new() { Name = NodeSmithNames.DefaultControlPlane, Namespace = ns },
            Spec = new() { Pools = [pool] },
        };
        return client.CreateAsync(NodeSmithResources.ControlPlanes, plane, ns, cancellationToken);
    }
}
