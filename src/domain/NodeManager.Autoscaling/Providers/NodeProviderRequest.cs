using System.Text.Json.Nodes;

namespace NodeManager.Autoscaling.Providers;

/// <summary>A provider that is to be made or changed.</summary>
/// <param name="Name">Of the NodeSmithProvider.</param>
/// <param name="Namespace">That it is in.</param>
/// <param name="Spec">Of a new one the whole spec; of one that is changed a merge patch of it.</param>
public sealed record NodeProviderRequest(string Name, string Namespace, JsonObject Spec)
{
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Stored in the Secret that the spec refers to; null: the Secret is made by others.</summary>
    public ProviderCredential? Credential { get; init; }

    /// <summary>The UID that is to be changed; empty: whichever has the name.</summary>
    public string Uid { get; init; } = "";
}

/// <summary>A user name or token id, and its secret. Prints neither.</summary>
public sealed class ProviderCredential(string user, string secret)
{
    internal string User => user;

    internal string Secret => secret;
}
