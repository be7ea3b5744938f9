using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace NodeManager.Kubernetes.Models;

/// <summary>How kinds are read of which thousands are kept: equal texts are one string.</summary>
public static class SharedJson
{
    /// <summary>Reads what <see cref="KubernetesJson"/> reads.</summary>
    public static KubernetesJson Default { get; } = new(Options());

    /// <summary>Reads less.</summary>
    /// <param name="restrict">Changes how a type is read.</param>
    public static JsonSerializerOptions Restricted(Action<JsonTypeInfo> restrict)
    {
        JsonSerializerOptions options = Options();
        options.TypeInfoResolver = KubernetesJson.Default.WithAddedModifier(restrict);
        return options;
    }

    private static JsonSerializerOptions Options()
    {
        JsonSerializerOptions options = new(KubernetesJson.Default.Options) { TypeInfoResolver = null };
        options.Converters.Add(new SharedStringConverter());
        return options;
    }
}
