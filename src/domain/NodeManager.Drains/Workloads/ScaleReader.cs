using System.Net;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Drains.Workloads;

/// <summary>
/// Reads the desired replicas of owners of any kind from their scale subresource, as the disruption controller does. Source:
/// https://kubernetes.io/docs/tasks/run-application/configure-pdb/#arbitrary-controllers-and-selectors
/// </summary>
internal sealed class ScaleReader(KubernetesClient client)
{
    private readonly Dictionary<string, Task<ApiResourceList>> _kinds = [];

    /// <summary>Null if the kind has no scale, or it may not be read. Call it from one task.</summary>
    public async Task<int?> ReadAsync(OwnerReference owner, string ns, CancellationToken cancellationToken)
    {
        string path = owner.ApiVersion.Contains('/', StringComparison.Ordinal) ? $"/apis/{owner.ApiVersion}" : $"/api/{owner.ApiVersion}";
        try
        {
            if (!_kinds.TryGetValue(path, out Task<ApiResourceList>? reading))
                _kinds[path] = reading = GetAsync(path, KubernetesJson.Default.ApiResourceList, cancellationToken);
            ApiResourceList served = await reading;
            if (
                served.Resources.Find(r => r.Kind == owner.Kind && !r.Name.Contains('/', StringComparison.Ordinal)) is not { } kind
                || !served.Resources.Exists(r => r.Name == kind.Name + "/scale")
            )
                return null;
            string scale = $"{path}/namespaces/{Uri.EscapeDataString(ns)}/{kind.Name}/{Uri.EscapeDataString(owner.Name)}/scale";
            return (await GetAsync(scale, KubernetesJson.Default.Scale, cancellationToken)).Spec.Replicas ?? 1;
        }
        catch (KubernetesException refused) when (refused.Code is HttpStatusCode.Forbidden or HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private Task<T> GetAsync<T>(
        string path,
        System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type,
        CancellationToken cancellationToken
    ) => client.SendAsync(HttpMethod.Get, path, null, type, RequestOptions.Default, cancellationToken);
}
