using System.Globalization;
using System.Text;

namespace NodeManager.SchedulerConfigurations.Tests;

/// <summary>Writes one and the same kind of configuration in ever other layouts: block and flow, indentations, comments, blank lines, line ends.</summary>
internal sealed class RandomDocument(int seed)
{
    private static readonly string[] Plugins = ["ImageLocality", "NodeAffinity", "TaintToleration", "PodState", "SySched"];

    private readonly Random _random = new(seed);

    public string Write()
    {
        var text = new StringBuilder("apiVersion: kubescheduler.config.k8s.io/v1" + Comment() + "\nkind: KubeSchedulerConfiguration\n");
        text.Append(Lines(0)).Append("profiles:").Append(Comment()).Append('\n');
        var listIndent = _random.Next(3);
        for (var profile = 0; profile <= _random.Next(2); profile++)
            Profile(text, listIndent, profile);
        if (_random.Next(2) == 0)
            text.Append(Lines(0)).Append("parallelism: 4").Append(Comment()).Append('\n');
        var result = _random.Next(3) == 0 ? text.ToString().TrimEnd('\n') : text.ToString();
        return _random.Next(3) == 0 ? result.ReplaceLineEndings("\r\n") : result;
    }

    private void Profile(StringBuilder text, int indent, int number)
    {
        var dash = new string(' ', indent) + "-" + new string(' ', 1 + _random.Next(3));
        var inner = dash.Length;
        var name = string.Create(CultureInfo.InvariantCulture, $"schedulerName: s{number}");
        var nameFirst = _random.Next(2) == 0;
        text.Append(Lines(indent)).Append(dash);
        if (nameFirst)
            text.Append(name).Append(Comment()).Append('\n').Append(' ', inner);
        text.Append("plugins:");
        var step = 1 + _random.Next(4);
        if (_random.Next(4) == 0)
        {
            text.Append(" {score: ").Append(FlowSet()).Append('}').Append(Comment()).Append('\n');
        }
        else
        {
            text.Append(Comment()).Append('\n');
            foreach (var point in new[] { "score", "filter" }.Take(1 + _random.Next(2)))
                Point(text, point, inner + step, step);
        }

        if (!nameFirst)
            text.Append(Lines(inner)).Append(' ', inner).Append(name).Append(Comment()).Append('\n');
    }

    private void Point(StringBuilder text, string point, int indent, int step)
    {
        text.Append(Lines(indent)).Append(' ', indent).Append(point).Append(':');
        if (_random.Next(4) == 0)
        {
            text.Append(' ').Append(FlowSet()).Append(Comment()).Append('\n');
            return;
        }

        text.Append(Comment()).Append('\n');
        foreach (var list in new[] { "enabled", "disabled" }.Take(1 + _random.Next(2)))
        {
            text.Append(Lines(indent + step)).Append(' ', indent + step).Append(list).Append(':');
            if (_random.Next(4) == 0)
            {
                text.Append(' ').Append(FlowList()).Append(Comment()).Append('\n');
                continue;
            }

            text.Append(Comment()).Append('\n');
            var dashes = indent + step + (_random.Next(2) * 2);
            foreach (var plugin in Some())
                Item(text, plugin, dashes);
        }
    }

    private void Item(StringBuilder text, string plugin, int indent)
    {
        text.Append(Lines(indent)).Append(' ', indent);
        switch (_random.Next(4))
        {
            case 0:
                text.Append("- {name: ").Append(plugin).Append(", weight: 3}");
                break;
            case 1:
                text.Append("- weight: 2")
                    .Append(Comment())
                    .Append('\n')
                    .Append(Lines(indent + 2))
                    .Append(' ', indent + 2)
                    .Append("name: ")
                    .Append(plugin);
                break;
            case 2:
                text.Append("-\n").Append(' ', indent + 3).Append("name: '").Append(plugin).Append('\'');
                break;
            default:
                text.Append("-   name: \"").Append(plugin).Append('"');
                break;
        }

        text.Append(Comment()).Append('\n');
    }

    private IEnumerable<string> Some()
    {
        var shuffled = Plugins.ToArray();
        _random.Shuffle(shuffled);
        return shuffled.Take(1 + _random.Next(3));
    }

    private string FlowSet() => "{enabled: " + FlowList() + (_random.Next(2) == 0 ? ", disabled: [{name: PodTopologySpread}]" : "") + "}";

    private string FlowList()
    {
        var separator = _random.Next(2) == 0 ? ", " : ",";
        var items = string.Join(
            separator,
            Some().Select(plugin => _random.Next(2) == 0 ? "{name: " + plugin + "}" : "{\"name\": " + plugin + ", weight: 1 }")
        );
        return _random.Next(3) == 0 ? "[ " + items + " ]" : "[" + items + "]";
    }

    private string Comment() =>
        _random.Next(3) == 0 ? new string(' ', 1 + _random.Next(3)) + "# c" + _random.Next(100).ToString(CultureInfo.InvariantCulture) : "";

    private string Lines(int indent) =>
        _random.Next(6) switch
        {
            0 => "\n",
            1 => new string(' ', indent) + "# own line " + _random.Next(100).ToString(CultureInfo.InvariantCulture) + "\n",
            _ => "",
        };
}
