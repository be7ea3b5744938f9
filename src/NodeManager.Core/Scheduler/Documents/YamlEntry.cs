namespace NodeManager.Core.Scheduler.Documents;

/// <summary>A key of a mapping with its value.</summary>
public sealed record YamlEntry(YamlNode Key, YamlNode Value)
{
    public string Name => Key.Text;
}
