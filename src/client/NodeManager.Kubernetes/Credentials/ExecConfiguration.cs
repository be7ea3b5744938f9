using System.Text.Json.Nodes;

namespace NodeManager.Kubernetes.Credentials;

/// <summary>
/// The configuration of a credential plugin. Source:
/// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
/// </summary>
/// <param name="ApiVersion"><c>client.authentication.k8s.io/v1</c> or <c>v1beta1</c>.</param>
/// <param name="Command">A name in PATH, or a full path.</param>
/// <param name="Environment">Added to the environment of this process.</param>
internal sealed record ExecConfiguration(
    string ApiVersion,
    string Command,
    IReadOnlyList<string> Arguments,
    IReadOnlyDictionary<string, string> Environment
)
{
    /// <summary>Shown when the plugin is missing.</summary>
    public string? InstallHint { get; init; }

    /// <summary>The cluster, if the plugin requests it.</summary>
    public JsonObject? Cluster { get; init; }
}
