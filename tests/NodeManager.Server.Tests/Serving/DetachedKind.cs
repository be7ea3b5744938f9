using System.Text;
using NodeManager.Core.Operations;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance;
using NodeManager.Maintenance.Options;
using NodeManager.Testing;

namespace NodeManager.Server.Tests.Serving;

/// <summary>The requests of detached work, in a cluster of a test.</summary>
internal static class DetachedKind
{
    public const string Namespace = MaintenanceRequest.DefaultNamespace;

    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Creates the namespace and the definition.</summary>
    public static async Task InstallAsync(NodeManagerSession session)
    {
        string definition = await File.ReadAllTextAsync(Path.Combine(RepositoryFolder.Path, "deploy", "server", "crd.yaml"));
        await SendAsync(session, HttpMethod.Post, "/api/v1/namespaces", $$"""{"metadata":{"name":"{{Namespace}}"} }""");
        await SendAsync(session, HttpMethod.Post, Definitions, definition);
    }

    /// <summary>Deletes the definition, and with it the requests.</summary>
    public static Task RemoveAsync(NodeManagerSession session) =>
        SendAsync(session, HttpMethod.Delete, Definitions + "/nodemaintenancerequests.nodemanager.io", "{}");

    /// <summary>Awaits a run that meets a condition.</summary>
    public static async Task<NodeMaintenanceRun> UntilAsync(NodeManagerSession session, Func<NodeMaintenanceRun, bool> isMet)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            foreach (NodeMaintenanceRun run in await ListAsync(session))
                if (isMet(run))
                    return run;
            await Task.Delay(100, limit.Token);
        }
    }

    public static async Task<IReadOnlyList<NodeMaintenanceRun>> ListAsync(NodeManagerSession session) =>
        await MaintenanceReader.ReadAsync(session, [], Namespace, 10, default);

    private static Task<PartialObjectMetadata> SendAsync(NodeManagerSession session, HttpMethod method, string path, string body) =>
        session.UseAsync(
            (client, token) =>
                client.SendAsync(
                    method,
                    path,
                    new StringContent(body, Encoding.UTF8, body.StartsWith('{') ? "application/json" : "application/yaml"),
                    KubernetesJson.Default.PartialObjectMetadata,
                    RequestOptions.Default,
                    token
                ),
            default
        );
}
