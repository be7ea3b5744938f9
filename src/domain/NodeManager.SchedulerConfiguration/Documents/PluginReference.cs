namespace NodeManager.SchedulerConfigurations.Documents;

/// <summary>An item of a point's list of plugins.</summary>
/// <param name="Name">Empty if missing.</param>
/// <param name="Weight">As written; null if missing or not an integer.</param>
/// <param name="IsBare">True for plain text, which kube-scheduler refuses.</param>
public sealed record PluginReference(string Name, long? Weight, bool IsBare)
{
    /// <summary>All plugins in a <c>disabled</c> list.</summary>
    public const string All = "*";

    internal static PluginReference Of(YamlNode item)
    {
        item = item.Resolved;
        if (item.Kind == YamlNodeKind.Scalar)
            return new PluginReference(item.Text, null, IsBare: true);
        var weight = item.Value("weight");
        return new PluginReference(
            item.Value("name") is { IsNull: false } name ? name.Text : "",
            weight is { Kind: YamlNodeKind.Scalar } ? YamlScalar.Whole(YamlScalar.Resolve(weight)) : null,
            IsBare: false
        );
    }
}
