namespace NodeManager.Core.Scheduler.Measuring;

/// <summary>A line of a metrics endpoint.</summary>
/// <param name="Name">The metric, <c>_bucket</c>, <c>_sum</c> or <c>_count</c> included.</param>
/// <param name="Labels">Its labels.</param>
/// <param name="Value">What it counts to.</param>
internal sealed record PrometheusSample(string Name, IReadOnlyDictionary<string, string> Labels, double Value)
{
    public string Label(string name) => Labels.GetValueOrDefault(name) ?? "";
}
