using YamlDotNet.Core;

namespace NodeManager.SchedulerConfigurations.Yaml;

/// <summary>A key of a mapping with its value.</summary>
public sealed record YamlEntry(YamlNode Key, YamlNode Value)
{
    public string Name => Key.Text;

    /// <summary>A merge key. In quotes, <c>"&lt;&lt;"</c> is a name as any other.</summary>
    public bool IsMerge => Name == "<<" && Key is { Style: ScalarStyle.Plain, Tag: null };
}
