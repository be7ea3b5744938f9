namespace NodeManager.Kubernetes.Models;

public sealed class KubernetesList<T>
{
    public string? ApiVersion { get; set; }

    public string? Kind { get; set; }

    public ListMeta Metadata { get; set; } = new();

    /// <summary>Never null: some servers encode an empty list as null.</summary>
    public List<T> Items
    {
        get;
        set => field = value ?? [];
    } = [];
}

public sealed class ListMeta
{
    public string? ResourceVersion { get; set; }

    public string? Continue { get; set; }

    public long? RemainingItemCount { get; set; }
}
