namespace NodeManager.Sandbox.Api.Registry;

/// <summary>Which part of an object a write may change.</summary>
internal enum WriteScope
{
    /// <summary>All but the status, where that has its own subresource.</summary>
    Main,

    Status,

    /// <summary>As the main part, through the count of replicas alone.</summary>
    Scale,

    /// <summary>Both together, as only bindings do.</summary>
    Binding,
}
