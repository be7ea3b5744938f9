using System.Text.Json.Nodes;

namespace NodeManager.Autoscaling.Providers;

/// <summary>A provider to create or change.</summary>
/// <param name="Spec">The whole spec of a new one; a merge patch of an existing one.</param>
public sealed record NodeProviderRequest(string Name, string Namespace, JsonObject Spec)
{
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Stored in the Secret of the spec; null: the Secret is managed by others.</summary>
    public ProviderCredential? Credential { get; init; }

    /// <summary>The expected UID; empty: any.</summary>
    public string Uid { get; init; } = "";
}

/// <summary>A user name or token id, and its secret. Prints neither.</summary>
public sealed class ProviderCredential(string user, string secret)
{
    internal string User => user;

    internal string Secret => secret;
}
