using System.Collections;

namespace NodeManager.Completion;

/// <summary>Example windows in the local time zone and in UTC.</summary>
public sealed class WindowCompleter : CandidateCompleter
{
    private static readonly string[] Times = ["22:00-06:00", "Mon-Fri 01:00-05:00", "Sat,Sun 22:00-04:00"];

    private protected override IEnumerable<string> Candidates(string parameter, IDictionary bound)
    {
        string[] zones =
        [
            .. new[] { TimeZoneInfo.Local.Id, "UTC" }
                .Where(static zone => !zone.Contains(' ', StringComparison.Ordinal))
                .Distinct(StringComparer.Ordinal),
        ];
        return Times.SelectMany(time => zones.Select(zone => $"{time} {zone}").Prepend(time));
    }
}
