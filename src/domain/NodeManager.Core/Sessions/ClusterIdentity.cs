using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Sessions;

/// <summary>Identifies a cluster regardless of its name and address: the UID of its namespace <c>kube-system</c>.</summary>
internal static class ClusterIdentity
{
    private const string Namespace = "kube-system";

    // The identity is requested concurrently with the version. Only a server that answers one of the two slowly delays the connection.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    // An embedded cluster has no network to wait for. It is slow only if the whole process is.
    private static readonly TimeSpan PatienceInProcess = TimeSpan.FromSeconds(10);

    /// <summary>Never fails: empty without the permission, and if the server answers with an error.</summary>
    public static async Task<string> ReadAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        try
        {
            PartialObjectMetadata found = await client.GetAsync(Resources.Namespaces.MetadataOnly(), Namespace, null, cancellationToken);
            return found.Metadata.Uid ?? "";
        }
        catch (Exception)
        {
            return "";
        }
    }

    /// <summary>The identity; null if the answer is late.</summary>
    /// <param name="isInProcess">True for an embedded cluster.</param>
    public static async Task<string?> AwaitBrieflyAsync(Task<string> reading, bool isInProcess)
    {
        Task first = await Task.WhenAny(reading, Task.Delay(isInProcess ? PatienceInProcess : Patience, TimeProvider.System));
        return first == reading ? await reading : null;
    }
}
