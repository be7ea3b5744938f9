using BenchmarkDotNet.Attributes;
using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Bench.Micro;

/// <summary>Quantities as nodes and pods have them.</summary>
public class QuantityBenchmarks
{
    [Params("250m", "16Gi", "131072000Ki")]
    public string Text { get; set; } = "";

    [Benchmark]
    public Quantity Parse() => Quantity.Parse(Text);

    [Benchmark]
    public string ParseAndWrite() => Quantity.Parse(Text).ToString();
}
