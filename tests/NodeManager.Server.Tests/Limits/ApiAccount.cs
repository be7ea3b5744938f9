using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Server.Tests.Limits;

/// <summary>ServiceAccounts of an embedded cluster, with tokens, and their rights.</summary>
internal sealed class ApiAccount(NodeManagerSession session)
{
    private const string Rbac = "/apis/rbac.authorization.k8s.io/v1/";

    /// <summary>Creates an account in namespace default, and returns its token.</summary>
    /// <param name="name">Of the account, its role and its binding.</param>
    /// <param name="rules">Of its ClusterRole, as JSON.</param>
    public async Task<string> CreateAsync(string name, string rules)
    {
        await SendAsync(HttpMethod.Post, "/api/v1/namespaces/default/serviceaccounts", $$$"""{"metadata":{"name":"{{{name}}}"}}""");
        await AllowAsync(name, rules, SubjectOf(name));
        JsonObject made = await SendAsync(
            HttpMethod.Post,
            $"/api/v1/namespaces/default/serviceaccounts/{name}/token",
            """{"spec":{"expirationSeconds":3600}}"""
        );
        return (string)made["status"]!["token"]!;
    }

    /// <summary>An account in namespace default, as a subject of <see cref="AllowAsync"/>.</summary>
    public static string SubjectOf(string account) => $$"""{"kind":"ServiceAccount","name":"{{account}}","namespace":"default"}""";

    /// <summary>Creates a ClusterRole, and binds it to a subject.</summary>
    /// <param name="role">Of the role and its binding.</param>
    /// <param name="subject">As JSON.</param>
    public async Task AllowAsync(string role, string rules, string subject)
    {
        await SendAsync(HttpMethod.Post, Rbac + "clusterroles", $$"""{"metadata":{"name":"{{role}}"},"rules":{{rules}}}""");
        await SendAsync(
            HttpMethod.Post,
            Rbac + "clusterrolebindings",
            $$"""
            {"metadata":{"name":"{{role}}"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"{{role}}"},
             "subjects":[{{subject}}]}
            """
        );
    }

    public async Task<JsonObject> SendAsync(HttpMethod method, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await session
            .Connection()
            .Client.SendAsync(
                method,
                path,
                content,
                (JsonTypeInfo<JsonObject>)JsonSerializerOptions.Default.GetTypeInfo(typeof(JsonObject)),
                RequestOptions.Default,
                CancellationToken.None
            );
    }
}
