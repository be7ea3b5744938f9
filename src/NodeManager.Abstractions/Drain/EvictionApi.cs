namespace NodeManager;

/// <summary>How a drain asks for a pod to go. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public static class EvictionApi
{
    /// <summary>By EvictionRequest for pods that name responders, where the server has it; else by eviction.</summary>
    public const string Auto = "Auto";

    /// <summary>By the pods' eviction subresource.</summary>
    public const string Eviction = "Eviction";

    /// <summary>By EvictionRequest (lifecycle.k8s.io/v1alpha1) for all pods.</summary>
    public const string EvictionRequest = "EvictionRequest";
}
