using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Server.Tests.Limits;

/// <summary>ServiceAccounts of an embedded cluster, with tokens.</summary>
internal sealed class ApiAccount(NodeManagerSession session)
{
    private const string Rbac = "/apis/rbac.authorization.k8s.io/v1/";

    /// <summary>Creates an account in namespace default, and returns its token.</summary>
    /// <param name="name">Of the account, its role and its binding.</param>
    /// <param name="rules">Of its ClusterRole, as JSON.</param>
    public async Task<string> CreateAsync(string name, string rules)
    {
        await SendAsync("/api/v1/namespaces/default/serviceaccounts", $$$"""{"metadata":{"name":"{{{name}}}"}}""");
        await SendAsync(Rbac + "clusterroles", $$"""{"metadata":{"name":"{{name}}"},"rules":{{rules}}}""");
        await SendAsync(
            Rbac + "clusterrolebindings",
            $$"""
            {"metadata":{"name":"{{name}}"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"{{name}}"},
             "subjects":[{"kind":"ServiceAccount","name":"{{name}}","namespace":"default"}]}
            """
        );
        JsonObject made = await SendAsync(
            $"/api/v1/namespaces/default/serviceaccounts/{name}/token",
            """{"spec":{"expirationSeconds":3600}}"""
        );
        return (string)made["status"]!["token"]!;
    }

    private async Task<JsonObject> SendAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await session
            .Connection()
            .Client.SendAsync(
                HttpMethod.Post,
                path,
                content,
                (JsonTypeInfo<JsonObject>)JsonSerializerOptions.Default.GetTypeInfo(typeof(JsonObject)),
                RequestOptions.Default,
                CancellationToken.None
            );
    }
}
