using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using NodeManager.Autoscaling.Claims;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Patching;
using KubernetesResources = NodeManager.Kubernetes.Requests.Resources;

namespace NodeManager.Autoscaling.Collection;

/// <summary>A machine whose claim was abandoned.</summary>
/// <param name="Claim">The name of the claim.</param>
/// <param name="Provider">The name of the NodeSmithProvider.</param>
/// <param name="ProviderId">Null: none was stored; a machine of the name may exist anyway.</param>
/// <param name="Node">Null: none registered.</param>
/// <param name="By">Who abandoned it.</param>
internal sealed record AbandonedMachine(
    string Claim,
    string Pool,
    string? Provider,
    string? ProviderId,
    string Machine,
    string? Node,
    string By,
    DateTimeOffset At
);

/// <summary>The machines that are not deleted although they have no claim: a ConfigMap with one key per claim UID.</summary>
internal static partial class AbandonedMachines
{
    /// <summary>UIDs of claims whose machines are kept.</summary>
    public static async Task<IReadOnlySet<string>> ReadAsync(KubernetesClient client, string ns, CancellationToken cancellationToken)
    {
        ConfigMap? map = await client.FindAsync(KubernetesResources.ConfigMaps, NodeSmithNames.AbandonedConfigMap, ns, cancellationToken);
        return (map?.Data ?? []).Keys.ToHashSet(StringComparer.Ordinal);
    }

    public static async Task RecordAsync(KubernetesClient client, NodeSmithClaim claim, string by, CancellationToken cancellationToken)
    {
        NodeSmithClaimStatus status = claim.Status ?? new();
        var machine = new AbandonedMachine(
            claim.Metadata.Name,
            claim.Spec.PoolRef,
            status.ProviderRef,
            status.ProviderID,
            ClaimAttempts.MachineNameOf(claim),
            status.NodeName,
            by,
            client.Time.GetUtcNow()
        );
        var data = new JsonObject { [claim.Metadata.Uid!] = JsonSerializer.Serialize(machine, MachineJson.Default.AbandonedMachine) };
        string ns = claim.Metadata.Namespace!;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await client.PatchAsync(
                    KubernetesResources.ConfigMaps,
                    NodeSmithNames.AbandonedConfigMap,
                    ns,
                    Patch.Merge(new() { ["data"] = data.DeepClone() }),
                    cancellationToken
                );
                return;
            }
            catch (KubernetesException e) when (e.Code == HttpStatusCode.NotFound && attempt == 1)
            {
                await CreateAsync(client, ns, cancellationToken);
            }
        }
    }

    private static async Task CreateAsync(KubernetesClient client, string ns, CancellationToken cancellationToken)
    {
        try
        {
            var map = new ConfigMap
            {
                ApiVersion = "v1",
                Kind = nameof(ConfigMap),
                Metadata = new() { Name = NodeSmithNames.AbandonedConfigMap, Namespace = ns },
            };
            await client.CreateAsync(KubernetesResources.ConfigMaps, map, ns, cancellationToken);
        }
        catch (KubernetesException e) when (e.Code == HttpStatusCode.Conflict)
        {
            // Created by another client.
        }
    }

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(AbandonedMachine))]
    private sealed partial class MachineJson : JsonSerializerContext;
}
