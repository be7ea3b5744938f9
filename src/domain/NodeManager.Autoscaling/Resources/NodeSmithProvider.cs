using System.Text.Json;
using NodeManager.Core.Machines;

namespace NodeManager.Autoscaling.Resources;

/// <summary>A source of machines.</summary>
public sealed class NodeSmithProvider : NodeSmithObject<NodeSmithProviderSpec, NodeSmithProviderStatus>;

/// <summary>The section of a type, such as <c>spec.simulated</c>, is preserved unread: the type's <see cref="IMachineProviderFactory"/> reads it.</summary>
public sealed class NodeSmithProviderSpec : PreservedPart
{
    /// <summary>A built-in type, or a third party's qualified name.</summary>
    public string Type { get; set; } = "";

    public NodeSmithSecretReference? CredentialsSecretRef { get; set; }

    /// <summary>Objects by name, for third-party providers.</summary>
    public Dictionary<string, JsonElement>? AdditionalSettings { get; set; }

    /// <summary>What its type knows about its machines.</summary>
    public MachineSupply Describe() => MachineProviderRegistry.Shared.Describe(Type, ToElement());

    /// <summary>For its type's factory.</summary>
    public JsonElement ToElement() => JsonSerializer.SerializeToElement(this, NodeSmithJson.Default.NodeSmithProviderSpec);
}

public sealed class NodeSmithProviderStatus : PreservedPart
{
    public List<NodeSmithCondition>? Conditions { get; set; }

    public long? ObservedGeneration { get; set; }
}
