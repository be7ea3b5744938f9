using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Autoscaling.Installation;

/// <summary>The conditions of a CRD.</summary>
public sealed class CustomResourceDefinition : KubernetesObject
{
    public CustomResourceDefinitionStatus Status { get; set; } = new();

    /// <summary>True when its kind is served.</summary>
    internal bool IsEstablished => Status.Conditions?.Exists(static one => one is { Type: "Established", Status: "True" }) == true;

    /// <summary>Why it will not be established; null: no known reason.</summary>
    internal string? Refusal => Status.Conditions?.Find(static one => one is { Type: "NamesAccepted", Status: "False" })?.Message;
}

public sealed class CustomResourceDefinitionStatus
{
    public List<CustomResourceDefinitionCondition>? Conditions { get; set; }
}

public sealed class CustomResourceDefinitionCondition
{
    public string Type { get; set; } = "";

    public string Status { get; set; } = "";

    public string? Message { get; set; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(KubernetesList<CustomResourceDefinition>))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class InstallationJson : JsonSerializerContext;

internal static class InstallationResources
{
    public static ResourceType<CustomResourceDefinition> Definitions { get; } =
        new("apiextensions.k8s.io", "v1", "customresourcedefinitions", false, InstallationJson.Default.Options);
}
