using System.Globalization;
using System.Text;

namespace NodeManager.SchedulerConfigurations.Yaml;

/// <summary>Where a value stands in a document: keys (text) and positions in lists (int). Prints as <c>profiles[0].plugins.score</c>.</summary>
public sealed class YamlPath
{
    private readonly object[] steps;

    private YamlPath(object[] steps) => this.steps = steps;

    public static YamlPath Root { get; } = new([]);

    public int Count => steps.Length;

    public object Last => steps[^1];

    public IReadOnlyList<object> Steps => steps;

    public YamlPath Parent => new(steps[..^1]);

    public YamlPath Key(string name) => new([.. steps, name]);

    public YamlPath Item(int index) => new([.. steps, index]);

    /// <summary>The node there, written in the document itself or behind an alias; null where there is none.</summary>
    public YamlNode? Find(YamlNode root)
    {
        YamlNode? node = root.Resolved;
        foreach (var step in steps)
        {
            node = step is string key ? node.Value(key) : node.Items.ElementAtOrDefault((int)step)?.Resolved;
            if (node is null)
                return null;
        }

        return node;
    }

    /// <summary>The path with each list item named by its <c>name</c> or <c>schedulerName</c>, and not by its position.</summary>
    public string Identity(YamlNode root)
    {
        var text = new StringBuilder();
        for (var count = 0; count < steps.Length; count++)
        {
            if (steps[count] is string key)
            {
                text.Append('.').Append(key);
                continue;
            }

            var item = new YamlPath(steps[..(count + 1)]).Find(root);
            text.Append('[').Append((item?.Value("name") ?? item?.Value("schedulerName"))?.Text).Append(']');
        }

        return text.ToString();
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var step in steps)
        {
            if (step is string key)
                text.Append(text.Length > 0 ? "." : "").Append(key);
            else
                text.Append('[').Append(((int)step).ToString(CultureInfo.InvariantCulture)).Append(']');
        }

        return text.ToString();
    }
}
