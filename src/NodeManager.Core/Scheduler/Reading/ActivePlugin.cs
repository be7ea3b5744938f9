namespace NodeManager.Core.Scheduler.Reading;

/// <summary>A plugin that runs at a point.</summary>
/// <param name="Name">The plugin.</param>
/// <param name="Weight">As configured, 0 where none is; the scheduler counts that as 1.</param>
/// <param name="Source"><c>Default</c>, <c>MultiPoint</c> or <c>Explicit</c>.</param>
internal sealed record ActivePlugin(string Name, long Weight, string Source)
{
    public const string Default = nameof(Default);
    public const string MultiPoint = nameof(MultiPoint);
    public const string Explicit = nameof(Explicit);
}
