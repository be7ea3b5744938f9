namespace NodeManager;

/// <summary>Why a provider cannot be used before anything was asked of its machines. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public static class NodeProviderReason
{
    /// <summary>There is no NodeSmithProvider of the name.</summary>
    public const string ProviderNotFound = nameof(ProviderNotFound);

    /// <summary>No provider of the type in <c>spec.type</c> is loaded.</summary>
    public const string UnknownType = nameof(UnknownType);

    /// <summary>A field of the NodeSmithProvider, or a value in its Secret, is not valid.</summary>
    public const string InvalidSettings = nameof(InvalidSettings);

    /// <summary>A Secret that the NodeSmithProvider names does not exist.</summary>
    public const string SecretNotFound = nameof(SecretNotFound);

    /// <summary>A Secret lacks a key that the provider needs, or has no value for it.</summary>
    public const string SecretKeyMissing = nameof(SecretKeyMissing);

    /// <summary>The user of the session lacks permission to read a Secret, or the identity of the cluster.</summary>
    public const string Forbidden = nameof(Forbidden);
}
