using NodeManager.SchedulerConfigurations.Catalog;

namespace NodeManager.SchedulerConfigurations.Validation;

/// <summary>What a configuration is judged for.</summary>
public sealed record ValidationOptions
{
    /// <summary>The scheduler's minor release of Kubernetes 1; null: the newest that reads the configuration's version.</summary>
    public int? Minor { get; init; }

    /// <summary>The scheduler is Kubernetes' own: it has no plugin but its built-in ones.</summary>
    public bool IsStock { get; init; }

    /// <summary>Where the configuration comes from; for the findings.</summary>
    public string File { get; init; } = "";

    /// <summary>The known plugins; null: the standard ones.</summary>
    public PluginCatalog? Catalog { get; init; }
}
