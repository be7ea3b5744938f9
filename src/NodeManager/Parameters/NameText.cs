namespace NodeManager.Parameters;

/// <summary>A name that was piped as text, so that all pipeline input binds to one parameter.</summary>
internal sealed class NameText(string name) : ClusterObject
{
    public string Name { get; } = name;

    public override string ToString() => Name;
}
