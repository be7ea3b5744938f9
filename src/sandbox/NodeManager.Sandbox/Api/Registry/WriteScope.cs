namespace NodeManager.Sandbox.Api.Registry;

/// <summary>The part of an object that a write may change.</summary>
internal enum WriteScope
{
    /// <summary>All but a status subresource.</summary>
    Main,

    Status,

    /// <summary>The main part, through the replica count.</summary>
    Scale,

    /// <summary>The ephemeral containers of a pod.</summary>
    EphemeralContainers,

    /// <summary>Both parts, for bindings.</summary>
    Binding,
}
