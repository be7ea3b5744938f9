namespace NodeManager.Sandbox.Model.Kinds;

/// <summary>Alpha features of the embedded cluster, off by default as on a real one.</summary>
public static class SandboxFeatures
{
    /// <summary>lifecycle.k8s.io/v1alpha1 EvictionRequest and Eviction, with controller and last responder; from 1.37 on.</summary>
    public const string EvictionRequest = "EvictionRequest";

    private const int EvictionRequestMinor = 37;

    /// <exception cref="ArgumentException">An unknown feature, or one that the version does not have.</exception>
    internal static void Check(IEnumerable<string> features, int minor)
    {
        foreach (string feature in features)
        {
            if (feature != EvictionRequest)
                throw new ArgumentException($"The sandbox has no feature '{feature}'; it has {EvictionRequest}.", nameof(features));
            if (minor < EvictionRequestMinor)
                throw new ArgumentException(
                    $"{EvictionRequest} came with Kubernetes 1.{EvictionRequestMinor}; the sandbox is 1.{minor}.",
                    nameof(features)
                );
        }
    }
}
