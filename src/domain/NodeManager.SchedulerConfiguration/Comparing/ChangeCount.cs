using System.Text.RegularExpressions;
using NodeManager.SchedulerConfigurations.Documents;

namespace NodeManager.SchedulerConfigurations.Comparing;

/// <summary>The size of a configuration change.</summary>
/// <param name="Enabled">Entries added to lists of enabled plugins.</param>
/// <param name="Disabled">Entries added to lists of disabled plugins.</param>
/// <param name="Updated">All other differences.</param>
public sealed partial record ChangeCount(int Enabled, int Disabled, int Updated)
{
    /// <param name="before">Null if it could not be read: new settings are then unknown.</param>
    public static ChangeCount Of(
        SchedulerDocument? before,
        SchedulerDocument after,
        IReadOnlyList<SchedulerConfigurationDifference> differences
    )
    {
        if (before is null)
            return new(0, 0, differences.Count);
        return new(
            Entries(after, "enabled").Except(Entries(before, "enabled")).Count(),
            Entries(after, "disabled").Except(Entries(before, "disabled")).Count(),
            differences.Count(one => one.Type != "Added" || !Plugins().IsMatch(one.Path))
        );
    }

    private static IEnumerable<(string Profile, string Point, string Plugin)> Entries(SchedulerDocument document, string list) =>
        from profile in document.Profiles
        from point in profile.Node?.Value("plugins")?.Resolved.Entries ?? []
        from plugin in profile.Plugins(point.Name, list)
        select (profile.Name, point.Name, plugin.Name);

    // An entry of a list of plugins, such a list, or an object that contains only such lists.
    [GeneratedRegex(@"^profiles\[[^\]]*\]\.plugins(\.\w+(\.(enabled|disabled)(\[[^\]]*\])?)?)?$")]
    private static partial Regex Plugins();
}
