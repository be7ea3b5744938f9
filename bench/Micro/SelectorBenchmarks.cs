using BenchmarkDotNet.Attributes;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Selectors;

namespace NodeManager.Bench.Micro;

/// <summary>A label selector of three terms.</summary>
public class SelectorBenchmarks
{
    private const string Text =
        "topology.kubernetes.io/zone in (zone-1,zone-2),example.com/team=team-4,!node-role.kubernetes.io/control-plane";

    private readonly string _text = Text;

    private readonly LabelSelector _selector = LabelSelectorParser.Parse(Text);

    private readonly Dictionary<string, string> _labels = new()
    {
        ["kubernetes.io/hostname"] = "node-1",
        ["kubernetes.io/os"] = "linux",
        ["topology.kubernetes.io/zone"] = "zone-2",
        ["example.com/team"] = "team-4",
    };

    [Benchmark]
    public LabelSelector Parse() => LabelSelectorParser.Parse(_text);

    [Benchmark]
    public bool Match() => _selector.Matches(_labels);
}
