using System.Text.Json.Nodes;

namespace NodeManager.Kubernetes.Credentials;

/// <summary>A credential plugin as configured. Source: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins</summary>
/// <param name="ApiVersion"><c>client.authentication.k8s.io/v1</c> or <c>v1beta1</c>.</param>
/// <param name="Command">A name to find on the path, or a full path.</param>
/// <param name="Arguments">What it is called with.</param>
/// <param name="Environment">Added to this process' own.</param>
internal sealed record ExecConfiguration(
    string ApiVersion,
    string Command,
    IReadOnlyList<string> Arguments,
    IReadOnlyDictionary<string, string> Environment
)
{
    /// <summary>Told when the plugin is not there.</summary>
    public string? InstallHint { get; init; }

    /// <summary>What the plugin is told of the cluster, if it asked for it.</summary>
    public JsonObject? Cluster { get; init; }
}
