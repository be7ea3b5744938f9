using NodeManager.SchedulerConfigurations.Catalog;

namespace NodeManager.SchedulerConfigurations.Validation;

/// <summary>The target of a validation.</summary>
public sealed record ValidationOptions
{
    /// <summary>The scheduler's minor version; null: the newest that reads the configuration's version.</summary>
    public int? Minor { get; init; }

    /// <summary>True for Kubernetes' own scheduler, which has only the built-in plugins.</summary>
    public bool IsStock { get; init; }

    /// <summary>The source of the configuration, for the findings.</summary>
    public string File { get; init; } = "";

    /// <summary>Null: the standard plugins.</summary>
    public PluginCatalog? Catalog { get; init; }
}
