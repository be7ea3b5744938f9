using System.Net;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Transport;
using NodeManager.Recommendations.Decisions;

namespace NodeManager.Recommendations;

/// <summary>Reads the objects of dynamic resource allocation, in the newest version that the server has.</summary>
public static class DeviceReader
{
    private static readonly string[] Versions = ["v1", "v1beta2", "v1beta1"];

    /// <summary>What the plan needs for the pods; nothing is read for pods without ResourceClaims.</summary>
    public static async Task<DeviceInput> ReadAsync(KubernetesClient client, IReadOnlyList<Pod> pods, CancellationToken cancellationToken)
    {
        if (!pods.Any(static pod => pod.Spec.ResourceClaims is { Count: > 0 }))
            return DeviceInput.Unknown("no pod has a ResourceClaim");
        foreach (string version in Versions)
        {
            try
            {
                return await ReadAsync(client, new DeviceResources(version), cancellationToken);
            }
            catch (KubernetesException refused) when (refused.Code == HttpStatusCode.NotFound)
            {
                // An older version may be served.
            }
            catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Forbidden)
            {
                return DeviceInput.Unknown($"the devices of the cluster cannot be read ({refused.Message.TrimEnd('.')})");
            }
            catch (Exception lost) when (!cancellationToken.IsCancellationRequested && TransientFailure.Is(lost))
            {
                return DeviceInput.Unknown($"the devices of the cluster cannot be read now ({lost.Message.TrimEnd('.')})");
            }
        }

        return DeviceInput.Unknown($"the server does not serve resource.k8s.io in {string.Join(", ", Versions)}");
    }

    private static async Task<DeviceInput> ReadAsync(KubernetesClient client, DeviceResources types, CancellationToken cancellationToken)
    {
        ListOptions everywhere = new();
        var slices = client.ListAsync(types.Slices, everywhere, cancellationToken);
        var classes = client.ListAsync(types.Classes, everywhere, cancellationToken);
        var claims = client.ListAsync(types.Claims, everywhere, cancellationToken);
        var templates = client.ListAsync(types.Templates, everywhere, cancellationToken);
        await Task.WhenAll(slices, classes, claims, templates);
        return new((await claims).Items, (await templates).Items, (await classes).Items, (await slices).Items);
    }
}
