using NodeManager.Autoscaling.Reconciliation;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Models;
using KubernetesResources = NodeManager.Kubernetes.Requests.Resources;

namespace NodeManager.Autoscaling.Claims;

/// <summary>
/// The API server's clock, by which nodes are as old as they are. The own clock may be minutes off: a machine's node would then be taken for
/// one from before the machine, and no claim would ever register.
/// </summary>
internal static class ServerClock
{
    /// <summary>What time it is there: what an object would have been created at.</summary>
    public static async Task<DateTimeOffset> ReadAsync(KubernetesClient client, string ns, CancellationToken cancellationToken)
    {
        var probe = new ConfigMap
        {
            ApiVersion = "v1",
            Kind = nameof(ConfigMap),
            Metadata = new() { GenerateName = "kubenodesmith-clock-", Namespace = ns },
        };
        ConfigMap answer = await client.CreateAsync(KubernetesResources.ConfigMaps, probe, ns, new() { DryRun = true }, cancellationToken);
        return NodeSmithConditionList.Seconds(answer.Metadata.CreationTimestamp ?? client.Time.GetUtcNow());
    }
}
