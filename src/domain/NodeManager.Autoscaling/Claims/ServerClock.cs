using NodeManager.Kubernetes;
using KubernetesResources = NodeManager.Kubernetes.Requests.Resources;

namespace NodeManager.Autoscaling.Claims;

/// <summary>
/// The API server's clock, which determines the age of nodes. With the local clock, which may be minutes off, a new node could seem older
/// than its machine, and no claim would ever register.
/// </summary>
internal static class ServerClock
{
    /// <summary>The current time of the server: the creationTimestamp of an object created now.</summary>
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
