using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Kubernetes.Models;

/// <summary>Deserialization that interns text and amounts, for kinds with thousands of objects. Dictionaries of amounts are read-only.</summary>
public static class SharedJson
{
    /// <summary>As <see cref="KubernetesJson"/>.</summary>
    public static KubernetesJson Default { get; } = new(Options());

    /// <summary>With restricted types.</summary>
    /// <param name="restrict">Restricts the members of a type.</param>
    public static JsonSerializerOptions Restricted(Action<JsonTypeInfo> restrict)
    {
        JsonSerializerOptions options = Options();
        options.TypeInfoResolver = KubernetesJson.Default.WithAddedModifier(restrict);
        return options;
    }

    /// <summary>Removes members of a type, so that they are skipped.</summary>
    /// <param name="isUnread">True for the names of these members.</param>
    public static void Omit(JsonTypeInfo type, Func<string, bool> isUnread)
    {
        foreach (JsonPropertyInfo unread in type.Properties.Where(one => isUnread(one.Name)).ToList())
            type.Properties.Remove(unread);
    }

    private static JsonSerializerOptions Options()
    {
        JsonSerializerOptions options = new(KubernetesJson.Default.Options) { TypeInfoResolver = null };
        options.Converters.Add(new SharedStringConverter());
        options.Converters.Add(new SharedAmountsConverter());
        return options;
    }
}
