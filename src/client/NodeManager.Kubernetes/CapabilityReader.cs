using System.Globalization;
using System.Net;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Kubernetes;

/// <summary>Reads the server's capabilities from discovery, not from its version.</summary>
internal static class CapabilityReader
{
    public static async Task<ServerCapabilities> ReadAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        KubernetesJson json = KubernetesJson.Default;
        Task<VersionInfo> version = client.GetVersionAsync(cancellationToken);
        Task<ApiResourceList> core = client.SendAsync(
            HttpMethod.Get,
            "/api/v1",
            null,
            json.ApiResourceList,
            RequestOptions.Default,
            cancellationToken
        );
        Task<ApiGroup> policy = client.SendAsync(
            HttpMethod.Get,
            "/apis/policy",
            null,
            json.ApiGroup,
            RequestOptions.Default,
            cancellationToken
        );
        Task<bool> hasRequests = HasEvictionRequestsAsync(client, cancellationToken);
        await Task.WhenAll(version, core, NotFoundIsEmpty(policy), hasRequests);

        ApiResource? eviction = (await core).Resources.Find(r => r.Name == "pods/eviction");
        int minor = Minor((await version).Minor);
        return new(
            (await version).GitVersion,
            minor,
            eviction?.Version ?? (minor >= 22 ? "v1" : "v1beta1"),
            policy.IsCompletedSuccessfully && (await policy).Versions.Exists(v => v.Version == "v1") ? "v1" : "v1beta1"
        )
        {
            HasEvictionRequests = await hasRequests,
        };
    }

    // An alpha API exists only if it was enabled or installed as custom resources. A refused discovery counts as missing.
    private static async Task<bool> HasEvictionRequestsAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        try
        {
            ApiResourceList served = await client.SendAsync(
                HttpMethod.Get,
                "/apis/lifecycle.k8s.io/v1alpha1",
                null,
                KubernetesJson.Default.ApiResourceList,
                RequestOptions.Default,
                cancellationToken
            );
            return served.Resources.Exists(r => r.Name == "evictionrequests") && served.Resources.Exists(r => r.Name == "evictions");
        }
        catch (KubernetesException)
        {
            return false;
        }
    }

    private static async Task NotFoundIsEmpty(Task<ApiGroup> policy)
    {
        try
        {
            await policy;
        }
        catch (KubernetesException e) when (e.Code == HttpStatusCode.NotFound) { }
    }

    /// <summary>Some providers append a plus: <c>20+</c>.</summary>
    private static int Minor(string text) =>
        int.TryParse(string.Concat(text.TakeWhile(char.IsAsciiDigit)), NumberStyles.None, CultureInfo.InvariantCulture, out int minor)
            ? minor
            : 0;
}
