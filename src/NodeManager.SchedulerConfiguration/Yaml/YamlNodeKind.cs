namespace NodeManager.SchedulerConfigurations.Yaml;

/// <summary>What a node of a YAML document is.</summary>
public enum YamlNodeKind
{
    Scalar,
    Sequence,
    Mapping,

    /// <summary>Stands for a node that an anchor names elsewhere.</summary>
    Alias,
}
